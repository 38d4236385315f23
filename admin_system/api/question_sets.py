"""/api/question-sets: questions with the passage that answers each, asked to measure the search."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from admin_system.api.auth import get_caller
from admin_system.api.bodies import (
    EXAMPLE_QUESTION,
    EXAMPLE_QUESTION_SET,
    EXAMPLE_RUN,
    EXAMPLE_SET_TOPIC,
    aread_json,
    require_json,
)
from admin_system.api.fault_pages import language_of
from admin_system.api.limits import PAGE_SIZE
from admin_system.api.numbers import read_number
from admin_system.api.openapi import describe
from admin_system.api.paging import check_limit, read_cursor, write_cursor
from admin_system.api.protocol.library_work import (
    QuestionBody,
    QuestionSetBody,
    RunBody,
    SetTopicBody,
    encode_job,
    encode_question_set,
    encode_run,
)
from admin_system.api.protocol.library_work_answers import (
    AddedAnswer,
    JobAnswer,
    QuestionSetAnswer,
    QuestionSetPage,
    RunPage,
)
from admin_system.api.responses import done, json_response
from admin_system.api.threads import SLOW, in_library
from admin_system.api.topics import KEEPERS
from admin_system.core.access import Caller
from admin_system.knowledge_base.models import RetrievalRun, SavedQuestionSet
from admin_system.knowledge_base.services.evaluating import add_question_set
from admin_system.knowledge_base.services.library_jobs import start_evaluation
from admin_system.knowledge_base.services.lookup import get_passage
from admin_system.knowledge_base.services.permissions import (
    find_or_make_topic,
    find_topic,
    require_all_topics,
)
from admin_system.knowledge_base.services.question_sets import (
    add_question,
    get_question_set,
    save_question_set,
    to_question_set,
)

router = Router(tags=["knowledge base"])


@router.get(
    "/api/question-sets",
    auth=KEEPERS,
    openapi_extra=describe(answer=QuestionSetPage),
    summary="The question sets that are kept here",
)
async def list_question_sets(request: HttpRequest) -> HttpResponse:
    """By their names, each with its last run. Not for keys that are bound to topics."""
    caller = get_caller(request)

    def find() -> list[dict[str, Any]]:
        require_all_topics(caller.topics)
        rows = SavedQuestionSet.objects.defer("paragraphs", "questions")
        return [encode_question_set(row, find_last_run(row)) for row in rows]

    return json_response({"data": await in_library(find)})


@router.post(
    "/api/question-sets",
    auth=KEEPERS,
    openapi_extra=describe(QuestionSetBody, answer=QuestionSetAnswer, status=201),
    summary="Keep a question set",
)
async def make_question_set(request: HttpRequest) -> HttpResponse:
    require_json(request)
    caller = get_caller(request)
    body = await aread_json(request.body, QuestionSetBody, EXAMPLE_QUESTION_SET)

    def make() -> dict[str, Any]:
        require_all_topics(caller.topics)
        row = save_question_set(body.name, body.content, owner=caller.owner)
        return encode_question_set(row, find_last_run(row))

    return json_response(await in_library(make), status=201)


@router.delete(
    "/api/question-sets/{set_id}",
    auth=KEEPERS,
    openapi_extra=describe(status=204),
    summary="Remove a question set",
)
async def delete_question_set(request: HttpRequest, set_id: str) -> HttpResponse:
    """The figures of its runs stay."""
    number, caller = read_set_number(set_id), get_caller(request)
    await in_library(lambda: find_set(number, caller).delete())
    return done()


@router.post(
    "/api/question-sets/{set_id}/questions",
    auth=KEEPERS,
    openapi_extra=describe(QuestionBody, answer=QuestionSetAnswer, status=201),
    summary="Add a question and the passage that answers it",
)
async def add_to_question_set(request: HttpRequest, set_id: str) -> HttpResponse:
    require_json(request)
    number, caller = read_set_number(set_id), get_caller(request)
    body = await aread_json(request.body, QuestionBody, EXAMPLE_QUESTION)

    def add() -> dict[str, Any]:
        saved = find_set(number, caller)
        passage = get_passage(body.passage, caller.topics)
        row = add_question(saved, body.question.strip(), passage)
        return encode_question_set(row, find_last_run(row))

    return json_response(await in_library(add), status=201)


@router.post(
    "/api/question-sets/{set_id}/documents",
    auth=KEEPERS,
    openapi_extra=describe(SetTopicBody, answer=AddedAnswer, status=202),
    summary="Put its paragraphs into a topic",
)
async def add_paragraphs(request: HttpRequest, set_id: str) -> HttpResponse:
    """Each becomes a document, where it is not there yet; the topic is made when it is new."""
    require_json(request)
    number, caller = read_set_number(set_id), get_caller(request)
    body = await aread_json(request.body, SetTopicBody, EXAMPLE_SET_TOPIC)

    def add() -> int:
        saved = find_set(number, caller)
        topic = find_or_make_topic(body.topic, caller.topics)
        return add_question_set(to_question_set(saved.pk), topic)

    return json_response({"added": await in_library(add, SLOW)}, status=202)


@router.post(
    "/api/question-sets/{set_id}/runs",
    auth=KEEPERS,
    openapi_extra=describe(RunBody, answer=JobAnswer, status=202),
    summary="Ask all its questions of a topic",
)
async def run_question_set(request: HttpRequest, set_id: str) -> HttpResponse:
    """In the background; the job's result names the run."""
    require_json(request)
    number, caller, language = read_set_number(set_id), get_caller(request), language_of(request)
    body = await aread_json(request.body, RunBody, EXAMPLE_RUN)

    def start() -> dict[str, Any]:
        saved = find_set(number, caller)
        topic = find_topic(body.topic, caller.topics)
        foreign = None if body.foreign is None else get_question_set(body.foreign)
        return encode_job(start_evaluation(saved, topic, foreign), language)

    return json_response(await in_library(start), status=202)


@router.get(
    "/api/retrieval-runs",
    auth=KEEPERS,
    openapi_extra=describe(answer=RunPage),
    summary="Measurements of the search",
)
async def list_runs(
    request: HttpRequest,
    question_set: str = "",
    topic: str = "",
    limit: int = PAGE_SIZE,
    cursor: str = "",
) -> HttpResponse:
    """Newest first, of a question set or topic by its name."""
    caller, limit = get_caller(request), check_limit(limit)

    def find() -> dict[str, Any]:
        require_all_topics(caller.topics)
        return find_runs(question_set, topic, limit, cursor)

    return json_response(await in_library(find))


def read_set_number(text: str) -> int:
    """Raises EntryNotFound."""
    return read_number(text, "question_set_not_found")


def find_set(number: int, caller: Caller) -> SavedQuestionSet:
    """Raises EntryForbidden, EntryNotFound."""
    require_all_topics(caller.topics)
    return get_question_set(number)


def find_last_run(row: SavedQuestionSet) -> RetrievalRun | None:
    return RetrievalRun.objects.filter(question_set=row.name).first()


def find_runs(question_set: str, topic: str, limit: int, cursor: str) -> dict[str, Any]:
    """Raises BadRequest."""
    rows = RetrievalRun.objects.order_by("-pk")
    if question_set:
        rows = rows.filter(question_set=question_set)
    if topic:
        rows = rows.filter(topic=topic)
    if cursor:
        (last,) = read_cursor(cursor, int)
        rows = rows.filter(pk__lt=last)
    found = list(rows[: limit + 1])
    return {
        "data": [encode_run(run) for run in found[:limit]],
        "next_cursor": write_cursor(found[limit - 1].pk) if len(found) > limit else None,
    }
