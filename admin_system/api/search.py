"""POST /api/search: a question in, the passages that answer it out."""

from __future__ import annotations

import time
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from admin_system.api.auth import Needs, get_caller
from admin_system.api.bodies import EXAMPLE_SEARCH, aread_json, require_json
from admin_system.api.openapi import describe
from admin_system.api.protocol.citations import encode_annotations
from admin_system.api.protocol.completion import encode_seconds
from admin_system.api.protocol.library import SearchBody, encode_search
from admin_system.api.protocol.library_answers import SearchAnswer
from admin_system.api.responses import json_response
from admin_system.api.threads import in_library
from admin_system.core.errors import BadRequest
from admin_system.core.images import read_base64
from admin_system.core.prompts import find_default
from admin_system.knowledge_base.services.answering import answer_question, language_of
from admin_system.knowledge_base.services.permissions import Allowed, find_topic
from admin_system.knowledge_base.services.searching import PassageHits, search_passages

router = Router(tags=["knowledge base"])


@router.post(
    "/api/search",
    auth=Needs("search"),
    openapi_extra=describe(SearchBody, answer=SearchAnswer),
    summary="Search the knowledge base",
)
async def search(request: HttpRequest) -> HttpResponse:
    """Within the topics that the caller may read."""
    began = time.monotonic()
    require_json(request)
    body = await aread_json(request.body, SearchBody, EXAMPLE_SEARCH)
    if body.image_base64 is None and not body.query.strip():
        raise BadRequest("field_empty", param="query")
    if body.image_base64 is not None and body.answer:
        raise BadRequest("fields_conflict", param="image_base64", other="answer")
    allowed = get_caller(request).topics

    def find() -> tuple[PassageHits, dict[str, Any]]:
        found = find_passages(body, allowed)
        return found, encode_search(body.query, found, explain=body.explain)

    found, told = await in_library(find)
    if body.answer:
        wording = await in_library(lambda: find_default("knowledge", language_of(body.query)))
        owner = get_caller(request).owner
        answer = await answer_question(body.query, hits=found, owner=owner, wording=wording)
        told |= {"answer": answer.text, "annotations": encode_annotations(answer)}
    return json_response({**told, "processing_time": encode_seconds(time.monotonic() - began)})


def find_passages(body: SearchBody, allowed: Allowed) -> PassageHits:
    """Blocks. Raises EntryForbidden, EntryNotFound, BadPicture; in the mode `vector`, and with a
    picture, as `search_passages`."""
    picture = None if body.image_base64 is None else read_base64(body.image_base64, "image_base64")
    topics = allowed if body.topic is None else frozenset({find_topic(body.topic, allowed).pk})
    return search_passages(
        query=body.query,
        topics=topics,
        limit=body.top_k,
        mode=body.mode,
        min_score=body.min_score,
        picture=picture,
    )
