"""/api/topics: the shelves of the knowledge base that a caller may use."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from admin_system.api.auth import Needs, get_caller
from admin_system.api.bodies import EXAMPLE_TOPIC, aread_json, require_json
from admin_system.api.limits import PAGE_SIZE
from admin_system.api.numbers import read_number
from admin_system.api.openapi import describe
from admin_system.api.paging import check_limit, read_cursor, write_cursor
from admin_system.api.protocol.library import TopicBody, TopicChange, encode_topic
from admin_system.api.protocol.library_answers import TopicAnswer, TopicPage
from admin_system.api.responses import done, json_response
from admin_system.api.threads import SLOW, in_library
from admin_system.knowledge_base.services.lookup import count_documents
from admin_system.knowledge_base.services.permissions import (
    Allowed,
    get_topic,
    require_topic_making,
    visible_topics,
)
from admin_system.knowledge_base.services.removing import remove_topic
from admin_system.knowledge_base.services.topics import change_topic, create_topic

router = Router(tags=["knowledge base"])

READERS = Needs("search", "documents")
KEEPERS = Needs("documents")


@router.get(
    "/api/topics",
    auth=READERS,
    openapi_extra=describe(answer=TopicPage),
    summary="The topics that the caller may use",
)
async def list_topics(
    request: HttpRequest, limit: int = PAGE_SIZE, cursor: str = ""
) -> HttpResponse:
    allowed, limit = get_caller(request).topics, check_limit(limit)
    return json_response(await in_library(lambda: find_page(allowed, limit, cursor)))


@router.post(
    "/api/topics",
    auth=KEEPERS,
    openapi_extra=describe(TopicBody, answer=TopicAnswer, status=201),
    summary="Make a topic",
)
async def make_topic(request: HttpRequest) -> HttpResponse:
    """Not for keys that are bound to topics."""
    require_json(request)
    allowed = get_caller(request).topics
    body = await aread_json(request.body, TopicBody, EXAMPLE_TOPIC)

    def make() -> dict[str, Any]:
        require_topic_making(allowed)
        return encode_topic(create_topic(body.name, body.description), documents=0)

    return json_response(await in_library(make), status=201)


@router.get(
    "/api/topics/{topic_id}",
    auth=READERS,
    openapi_extra=describe(answer=TopicAnswer),
    summary="One topic",
)
async def read_topic(request: HttpRequest, topic_id: str) -> HttpResponse:
    number, allowed = read_topic_number(topic_id), get_caller(request).topics
    return json_response(await in_library(lambda: find_topic_answer(number, allowed)))


@router.patch(
    "/api/topics/{topic_id}",
    auth=KEEPERS,
    openapi_extra=describe(TopicChange, answer=TopicAnswer),
    summary="Rename or describe a topic",
)
async def patch_topic(request: HttpRequest, topic_id: str) -> HttpResponse:
    require_json(request)
    number, allowed = read_topic_number(topic_id), get_caller(request).topics
    body = await aread_json(request.body, TopicChange, EXAMPLE_TOPIC)

    def change() -> dict[str, Any]:
        topic = get_topic(number, allowed)
        change_topic(topic, name=body.name, description=body.description)
        return find_topic_answer(number, allowed)

    return json_response(await in_library(change))


@router.delete(
    "/api/topics/{topic_id}",
    auth=KEEPERS,
    openapi_extra=describe(status=204),
    summary="Delete a topic with its documents",
)
async def delete_topic(request: HttpRequest, topic_id: str) -> HttpResponse:
    """No search that begins after the answer finds a passage of it."""
    number, allowed = read_topic_number(topic_id), get_caller(request).topics
    await in_library(lambda: remove_topic(get_topic(number, allowed)), SLOW)
    return done()


def read_topic_number(text: str) -> int:
    """Raises EntryNotFound."""
    return read_number(text, "topic_number_not_found")


def find_topic_answer(number: int, allowed: Allowed) -> dict[str, Any]:
    """Raises EntryNotFound."""
    topic = get_topic(number, allowed)
    return encode_topic(topic, count_documents([number]).get(number, 0))


def find_page(allowed: Allowed, limit: int, cursor: str) -> dict[str, Any]:
    """By their names. Raises BadRequest."""
    topics = visible_topics(allowed).order_by("name")
    if cursor:
        (name,) = read_cursor(cursor, str)
        topics = topics.filter(name__gt=name)
    found = list(topics[: limit + 1])
    shown = found[:limit]
    documents = count_documents([topic.pk for topic in shown])
    return {
        "data": [encode_topic(topic, documents.get(topic.pk, 0)) for topic in shown],
        "next_cursor": write_cursor(shown[-1].name) if len(found) > limit else None,
    }
