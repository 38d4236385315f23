"""/api/documents: what stands in the knowledge base, how far the work on it is, and changes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Router

from admin_system.api.auth import get_caller
from admin_system.api.bodies import EXAMPLE_TITLE, aread_json, require_json
from admin_system.api.document_answers import (
    Wanted,
    find_answer,
    find_page,
    find_text,
    read_document_number,
)
from admin_system.api.fault_pages import language_of
from admin_system.api.files import file_response
from admin_system.api.limits import PAGE_SIZE
from admin_system.api.openapi import describe
from admin_system.api.paging import check_limit
from admin_system.api.protocol.library import DocumentChange, TextBody
from admin_system.api.protocol.library_answers import (
    DocumentAnswer,
    DocumentPage,
    DocumentText,
    ReceivedAnswer,
)
from admin_system.api.responses import done, json_response
from admin_system.api.threads import SLOW, in_library
from admin_system.api.topics import KEEPERS, READERS
from admin_system.api.uploads import FORM_SCHEMA, add_documents
from admin_system.core.errors import BadRequest
from admin_system.knowledge_base.models import Document
from admin_system.knowledge_base.services.deeds import DEEDS, DeedName, do_deed
from admin_system.knowledge_base.services.editing import edit_text
from admin_system.knowledge_base.services.lookup import get_document
from admin_system.knowledge_base.services.moving import move_document, rename_document
from admin_system.knowledge_base.services.permissions import find_topic
from admin_system.knowledge_base.services.removing import remove_document

router = Router(tags=["knowledge base"])

STATES = tuple(state for state in Document.State.values if state != Document.State.DELETING)


@router.get(
    "/api/documents",
    auth=READERS,
    openapi_extra=describe(answer=DocumentPage),
    summary="The documents that the caller may read",
)
async def list_documents(
    request: HttpRequest,
    topic: str = "",
    state: str = "",
    search: str = "",
    limit: int = PAGE_SIZE,
    cursor: str = "",
) -> HttpResponse:
    """Newest first; `topic` is a name, `state` one or several of a document's states with
    commas between, `search` a part of the title."""
    states = tuple(filter(None, state.split(",")))
    for one in states:
        if one not in STATES:
            known = ", ".join(STATES)
            raise BadRequest("field_not_one_of", param="state", given=one[:40], allowed=known)
    wanted = Wanted(get_caller(request).topics, topic, states, search.strip()[:300])
    limit, language = check_limit(limit), language_of(request)
    return json_response(await in_library(lambda: find_page(wanted, limit, cursor, language)))


router.post(
    "/api/documents",
    auth=KEEPERS,
    openapi_extra=describe(TextBody, answer=ReceivedAnswer, form=FORM_SCHEMA, status=202),
    summary="Add documents",
)(add_documents)


@router.get(
    "/api/documents/{document_id}",
    auth=READERS,
    openapi_extra=describe(answer=DocumentAnswer),
    summary="One document",
)
async def read_document(request: HttpRequest, document_id: str) -> HttpResponse:
    number, allowed = read_document_number(document_id), get_caller(request).topics
    language = language_of(request)
    return json_response(await in_library(lambda: find_answer(number, allowed, language)))


@router.patch(
    "/api/documents/{document_id}",
    auth=KEEPERS,
    openapi_extra=describe(DocumentChange, answer=DocumentAnswer),
    summary="Give it another title, topic or text",
)
async def patch_document(request: HttpRequest, document_id: str) -> HttpResponse:
    """Another text is the next version, and is worked on; the former is found until it is ready.
    For another title or topic nothing is read again."""
    require_json(request)
    number, allowed = read_document_number(document_id), get_caller(request).topics
    body = await aread_json(request.body, DocumentChange, EXAMPLE_TITLE)
    language = language_of(request)

    def change() -> dict[str, Any]:
        document = get_document(number, allowed)
        target = None if body.topic is None else find_topic(body.topic, allowed)
        if body.text is not None:
            edit_text(document, body.text, version=body.version)
        if target is not None:
            move_document(document, target)
        if body.title is not None:
            rename_document(document, body.title)
        return find_answer(number, allowed, language)

    return json_response(await in_library(change, SLOW))


@router.delete(
    "/api/documents/{document_id}",
    auth=KEEPERS,
    openapi_extra=describe(status=204),
    summary="Delete a document",
)
async def delete_document(request: HttpRequest, document_id: str) -> HttpResponse:
    """No search that begins after the answer finds a passage of it."""
    number, allowed = read_document_number(document_id), get_caller(request).topics
    await in_library(lambda: remove_document(get_document(number, allowed)))
    return done()


@router.get(
    "/api/documents/{document_id}/file",
    auth=READERS,
    openapi_extra=describe(),
    summary="Its file, as it was uploaded",
)
async def download_file(request: HttpRequest, document_id: str) -> HttpResponseBase:
    number, allowed = read_document_number(document_id), get_caller(request).topics
    document = await in_library(lambda: get_document(number, allowed))
    name = document.name.rpartition("/")[2]
    return await file_response(request, document.sha256, name)


@router.get(
    "/api/documents/{document_id}/text",
    auth=READERS,
    openapi_extra=describe(answer=DocumentText),
    summary="Its whole text, to be edited",
)
async def read_document_text(request: HttpRequest, document_id: str) -> HttpResponse:
    """Of pasted texts, TXT, Markdown and CSV files."""
    number, allowed = read_document_number(document_id), get_caller(request).topics
    return json_response(await in_library(lambda: find_text(number, allowed)))


async def do_to_document(request: HttpRequest, document_id: str, name: DeedName) -> HttpResponse:
    number, allowed = read_document_number(document_id), get_caller(request).topics
    language = language_of(request)

    def do() -> dict[str, Any]:
        do_deed(get_document(number, allowed), name)
        return find_answer(number, allowed, language)

    return json_response(await in_library(do), status=202)


def add_deed(name: DeedName, summary: str) -> None:
    @router.post(
        f"/api/documents/{{document_id}}/{name}",
        auth=KEEPERS,
        openapi_extra=describe(answer=DocumentAnswer, status=202),
        summary=summary,
        operation_id=f"{name}_document",
    )
    async def do(request: HttpRequest, document_id: str) -> HttpResponse:
        return await do_to_document(request, document_id, name)


SUMMARIES: dict[DeedName, str] = {
    "retry": "Work on it again",
    "pause": "Pause the work on it",
    "resume": "Go on with it",
    "cancel": "Give the work on it up",
}
for deed in DEEDS:
    add_deed(deed, SUMMARIES[deed])
