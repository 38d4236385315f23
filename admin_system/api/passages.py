"""/api/passages: what documents were split into; where a citation leads, and its pictures."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from admin_system.api.auth import get_caller
from admin_system.api.bodies import EXAMPLE_PASSAGE, aread_json, require_json
from admin_system.api.files import picture_response
from admin_system.api.limits import PAGE_SIZE
from admin_system.api.numbers import read_number
from admin_system.api.openapi import describe
from admin_system.api.paging import check_limit, read_cursor, write_cursor
from admin_system.api.protocol.library import (
    PassageChange,
    encode_listed_passage,
    encode_passage,
)
from admin_system.api.protocol.library_answers import PassageAnswer, PassagePage
from admin_system.api.responses import json_response
from admin_system.api.threads import SLOW, in_library
from admin_system.api.topics import KEEPERS, READERS
from admin_system.core.access import Caller
from admin_system.core.models.api_key import Scope
from admin_system.knowledge_base import storage
from admin_system.knowledge_base.errors import EntryNotFound
from admin_system.knowledge_base.models import Document, Passage
from admin_system.knowledge_base.services.editing import edit_passage
from admin_system.knowledge_base.services.lookup import (
    find_neighbours,
    get_document,
    get_passage,
    visible_passages,
)
from admin_system.knowledge_base.services.pictures import pictures_of

router = Router(tags=["knowledge base"])


@router.get(
    "/api/passages",
    auth=READERS,
    openapi_extra=describe(answer=PassagePage),
    summary="The passages of a document",
)
async def list_passages(
    request: HttpRequest, document: str, limit: int = PAGE_SIZE, cursor: str = ""
) -> HttpResponse:
    """In their order, by the number of their document."""
    number = read_number(document, "document_not_found")
    caller, limit = get_caller(request), check_limit(limit)

    def find() -> dict[str, Any]:
        return find_page(get_document(number, caller.topics), caller, limit, cursor)

    return json_response(await in_library(find))


@router.get(
    "/api/passages/{passage_id}",
    auth=READERS,
    openapi_extra=describe(answer=PassageAnswer),
    summary="One passage",
)
async def read_passage(request: HttpRequest, passage_id: str) -> HttpResponse:
    """What was switched off is shown to those who may change documents."""
    number, caller = read_number(passage_id, "passage_not_found"), get_caller(request)

    def find() -> dict[str, Any]:
        return find_answer(number, caller)

    return json_response(await in_library(find))


@router.patch(
    "/api/passages/{passage_id}",
    auth=KEEPERS,
    openapi_extra=describe(PassageChange, answer=PassageAnswer),
    summary="Give it another text, or switch it off or on",
)
async def patch_passage(request: HttpRequest, passage_id: str) -> HttpResponse:
    """Searches that begin after the answer find the new text."""
    require_json(request)
    number, caller = read_number(passage_id, "passage_not_found"), get_caller(request)
    body = await aread_json(request.body, PassageChange, EXAMPLE_PASSAGE)

    def change() -> dict[str, Any]:
        passage = find_passage(number, caller)
        if body.text is not None or body.enabled is not None:
            edit_passage(passage, text=body.text, enabled=body.enabled)
        return find_answer(number, caller)

    return json_response(await in_library(change, SLOW))


@router.get(
    "/api/passages/{passage_id}/pictures/{picture}",
    auth=READERS,
    openapi_extra=describe(),
    summary="A picture that a passage describes",
)
async def read_picture(request: HttpRequest, passage_id: str, picture: str) -> HttpResponse:
    number, caller = read_number(passage_id, "passage_not_found"), get_caller(request)
    data = await in_library(lambda: find_picture(number, picture, caller))
    return picture_response(data)


def find_passage(number: int, caller: Caller) -> Passage:
    """Raises EntryNotFound."""
    return get_passage(number, caller.topics, switched_off=keeps_documents(caller))


def find_answer(number: int, caller: Caller) -> dict[str, Any]:
    """Raises EntryNotFound."""
    passage = find_passage(number, caller)
    neighbours = find_neighbours(passage, switched_off=keeps_documents(caller))
    return encode_passage(passage, pictures_of(passage), neighbours)


def find_page(document: Document, caller: Caller, limit: int, cursor: str) -> dict[str, Any]:
    """In the order of the document. Raises BadRequest."""
    rows = visible_passages(caller.topics, switched_off=keeps_documents(caller))
    rows = rows.filter(document=document).order_by("ordinal")
    if cursor:
        (last,) = read_cursor(cursor, int)
        rows = rows.filter(ordinal__gt=last)
    found = list(rows[: limit + 1])
    shown = found[:limit]
    return {
        "data": [encode_listed_passage(passage) for passage in shown],
        "next_cursor": write_cursor(shown[-1].ordinal) if len(found) > limit else None,
    }


def keeps_documents(caller: Caller) -> bool:
    """Then passages that are switched off are shown too."""
    return Scope.DOCUMENTS.value in caller.scopes


def find_picture(number: int, picture: str, caller: Caller) -> bytes:
    """Raises EntryNotFound."""
    passage = find_passage(number, caller)
    row = next((one for one in pictures_of(passage) if str(one.pk) == picture), None)
    try:
        if row is not None:
            return storage.read(row.sha256)
    except FileNotFoundError:
        pass  # gone since it was looked up
    raise EntryNotFound("passage_picture_not_found", id=number, picture=picture[:20])
