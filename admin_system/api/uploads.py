"""POST /api/documents: files or a text come in; the work on them goes on after the answer."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError

from admin_system.api.auth import get_caller
from admin_system.api.bodies import EXAMPLE_DOCUMENT, read_json, require_json
from admin_system.api.document_answers import encode_documents
from admin_system.api.fault_pages import language_of
from admin_system.api.protocol.library import TextBody, UploadForm, encode_reason
from admin_system.api.protocol.validation import to_body
from admin_system.api.responses import json_response
from admin_system.api.threads import SLOW, in_library
from admin_system.core.access import Caller
from admin_system.core.errors import BadRequest
from admin_system.core.stored_bytes import StorageFull
from admin_system.core.types import Language
from admin_system.knowledge_base.errors import BadName, DocumentError
from admin_system.knowledge_base.models import Document
from admin_system.knowledge_base.readers.archives import Refused
from admin_system.knowledge_base.services.adding import NewDocument, add_text
from admin_system.knowledge_base.services.lookup import visible_documents
from admin_system.knowledge_base.services.permissions import find_or_make_topic
from admin_system.knowledge_base.services.uploading import Upload, add_upload, is_archive

FORM = "multipart/form-data"
FORM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["file", "topic"],
    "properties": {
        "file": {
            "type": "array",
            "items": {"type": "string", "format": "binary"},
            "description": "One or several; a ZIP becomes a document for each file in it.",
        },
        "topic": {"type": "string", "description": "Its name; made when it is new."},
        "title": {"type": "string", "description": "For a single file; else its name."},
        "name": {
            "type": "string",
            "description": "For a single file: its path below a folder, which tells it from files "
            "of the same name.",
        },
        "kind": {
            "type": "string",
            "enum": ["file", "questions"],
            "description": "questions: a CSV or XLSX table of two columns.",
        },
    },
}


async def add_documents(request: HttpRequest) -> HttpResponse:
    """A form with files, or JSON with a text; `GET /api/documents/{id}` tells how it goes."""
    require_json(request, FORM)
    caller, language = get_caller(request), language_of(request)
    is_form = request.content_type == FORM

    def receive() -> dict[str, Any]:
        upload = add_files(request, caller) if is_form else add_body(request.body, caller)
        return encode_upload(upload, language)

    return json_response(await in_library(receive, SLOW), status=202)


def add_body(data: bytes, caller: Caller) -> Upload:
    """Raises BadRequest, BadName, DocumentError, StorageFull, EntryForbidden."""
    body = read_json(data, TextBody, EXAMPLE_DOCUMENT)
    topic = find_or_make_topic(body.topic, caller.topics)
    document, _ = add_text(NewDocument(topic, body.title.strip(), owner=caller.owner), body.text)
    return Upload((document,))


def add_files(request: HttpRequest, caller: Caller) -> Upload:
    """A file at fault keeps no other one out; when all are, the fault of the first is raised.

    Raises BadRequest, BadName, DocumentError, StorageFull, EntryForbidden.
    """
    form, files = read_form(request)
    for field in ("title", "name"):
        if getattr(form, field) and (len(files) > 1 or is_archive(files[0].name or "")):
            raise BadRequest("title_for_several", param=field)
    topic = find_or_make_topic(form.topic, caller.topics)
    documents: list[Document] = []
    left_out: list[Refused] = []
    faults: list[DocumentError | BadName | StorageFull] = []
    for file in files:
        name = form.name or file.name or ""
        try:
            new = NewDocument(topic, name, form.title or "", form.kind, owner=caller.owner)
            upload = add_upload(new, file.chunks())
        except (DocumentError, BadName, StorageFull) as fault:
            fault.param = "file"
            faults.append(fault)
            left_out.append(Refused.of(name, fault))
        else:
            documents += upload.documents
            left_out += upload.left_out
    if faults and not documents:
        raise faults[0]
    return Upload(tuple(documents), tuple(left_out))


def read_form(request: HttpRequest) -> tuple[UploadForm, list[UploadedFile[Any]]]:
    """Django has written what is large to temporary files. Raises BadRequest."""
    try:
        fields, files = request.POST, request.FILES
    except MultiPartParserError:
        raise BadRequest("form_malformed") from None
    except TooManyFilesSent:
        raise BadRequest("files_too_many", param="file") from None
    if surplus := set(files) - {"file"}:
        raise BadRequest("field_unknown_nearest", param=min(surplus)[:100], nearest="file")
    for name in fields:
        if len(given := fields.getlist(name)) > 1:
            raise BadRequest("form_field_twice", param=name[:100], given=len(given))
    form = to_body(UploadForm, fields.dict())
    found: list[UploadedFile[Any]] = files.getlist("file")
    if not found:
        raise BadRequest("file_missing", param="file")
    return form, found


def encode_upload(upload: Upload, language: Language) -> dict[str, Any]:
    """As they are now: a worker may have begun."""
    numbers = list(dict.fromkeys(document.pk for document in upload.documents))
    rows = {row.pk: row for row in visible_documents(None).filter(pk__in=numbers)}
    shown = [rows[number] for number in numbers if number in rows]
    return {
        "documents": encode_documents(shown, language),
        "left_out": [
            {"name": one.name, **encode_reason(one.code, one.values, language)}
            for one in upload.left_out
        ],
    }
