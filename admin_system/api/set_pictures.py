"""The pictures of a set: sent as files, shown to their owner only, removed one by one."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from ninja import Router

from admin_system.api.auth import Needs, get_caller
from admin_system.api.errors import ContentTypeUnsupported, RecordNotFound
from admin_system.api.fault_pages import language_of
from admin_system.api.media import SAFE_HEADERS
from admin_system.api.openapi import describe
from admin_system.api.picture_sets import find_set
from admin_system.api.pictures import in_reader, read_bytes
from admin_system.api.protocol.picture_sets import AddedPicturesAnswer, encode_picture
from admin_system.api.responses import done, json_response
from admin_system.core.errors import BadPicture, BadRequest
from admin_system.core.models import SetPicture
from admin_system.core.picture_sets import add_picture, check_room, remove_picture
from admin_system.core.stored_pictures import SentPicture, type_of
from admin_system.core.types import Language
from admin_system.messages import sentence

router = Router(tags=["picture sets"], auth=Needs("analyze"))

FIELD = "picture"
FORM = "multipart/form-data"
FORM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": [FIELD],
    "properties": {
        FIELD: {
            "type": "array",
            "items": {"type": "string", "format": "binary"},
            "description": "One or several.",
        },
    },
}
ADDRESS = "/api/picture-sets/{set_id}/pictures"


@router.post(
    ADDRESS,
    openapi_extra=describe(answer=AddedPicturesAnswer, status=201, only_form=FORM_SCHEMA),
    summary="Add pictures",
)
async def add_pictures(request: HttpRequest, set_id: str) -> HttpResponse:
    """A file at fault keeps no other one out; when all are, the fault of the first is answered."""
    if request.content_type != FORM:
        raise ContentTypeUnsupported(request.content_type or "-", FORM)
    owner, language = get_caller(request).owner, language_of(request)

    def receive() -> dict[str, Any]:
        try:
            return keep_files(owner, set_id, read_files(request), language)
        finally:
            connection.close()  # the reader's thread outlives the request

    return json_response(await in_reader(receive), 201)


@router.get(f"{ADDRESS}/{{picture_id}}/file", openapi_extra=describe(), summary="A picture")
async def get_file(request: HttpRequest, set_id: str, picture_id: str) -> HttpResponse:
    return await send_picture(request, set_id, picture_id, small=False)


@router.get(
    f"{ADDRESS}/{{picture_id}}/thumbnail",
    openapi_extra=describe(),
    summary="It at 256 pixels a side, at most",
)
async def get_thumbnail(request: HttpRequest, set_id: str, picture_id: str) -> HttpResponse:
    return await send_picture(request, set_id, picture_id, small=True)


@router.delete(
    f"{ADDRESS}/{{picture_id}}",
    openapi_extra=describe(status=204),
    summary="Remove it with its analyses",
)
async def delete_picture(request: HttpRequest, set_id: str, picture_id: str) -> HttpResponse:
    owner = get_caller(request).owner

    def remove() -> None:
        try:
            remove_picture(find_picture(owner, picture_id, set_id))
        finally:
            connection.close()

    await in_reader(remove)
    return done()


async def send_picture(
    request: HttpRequest, set_id: str, picture_id: str, *, small: bool
) -> HttpResponse:
    """Raises RecordNotFound."""
    owner = get_caller(request).owner

    def read() -> tuple[bytes, str]:
        try:
            row = find_picture(owner, picture_id, set_id)
            field = row.thumbnail if small else row.file
            with field.open("rb") as file:
                return file.read(), type_of(str(field.name))
        except FileNotFoundError:
            raise RecordNotFound("picture_not_found", id=picture_id[:60]) from None
        finally:
            connection.close()

    data, kind = await in_reader(read)
    return HttpResponse(data, content_type=kind, headers=SAFE_HEADERS)


def find_picture(owner: str, picture_id: str, set_id: str | None = None) -> SetPicture:
    """Raises RecordNotFound."""
    rows = SetPicture.objects.filter(picture_set__owner=owner, pk=picture_id)
    row = (rows if set_id is None else rows.filter(picture_set=set_id)).first()
    if row is None:
        raise RecordNotFound("picture_not_found", id=picture_id[:60])
    return row


def read_files(request: HttpRequest) -> list[UploadedFile[Any]]:
    """Raises BadRequest."""
    try:
        fields, files = request.POST, request.FILES
    except MultiPartParserError:
        raise BadRequest("form_malformed") from None
    except TooManyFilesSent:
        raise BadRequest("files_too_many", param=FIELD) from None
    if FIELD in fields:
        raise BadPicture("picture_in_text_field", param=FIELD)
    if surplus := ({*files, *fields} - {FIELD, "csrfmiddlewaretoken"}):
        raise BadRequest("field_unknown_nearest", param=min(surplus)[:100], nearest=FIELD)
    found: list[UploadedFile[Any]] = files.getlist(FIELD)
    if not found:
        raise BadPicture("picture_missing", param=FIELD)
    return found


def keep_files(
    owner: str, set_id: str, files: list[UploadedFile[Any]], language: Language
) -> dict[str, Any]:
    """Decodes and writes; blocks. Raises RecordNotFound, BadRequest."""
    picture_set = find_set(owner, set_id)
    kept: list[SetPicture] = []
    faults: list[tuple[str, BadPicture]] = []
    for file in files:
        name, data = file.name or "", file.read()
        try:
            picture = read_bytes(data, name or FIELD)
        except BadPicture as fault:
            faults.append((name, fault))
        else:
            check_room(picture_set)
            kept.append(add_picture(picture_set, name, SentPicture(data, picture)))
    if faults and not kept:
        raise faults[0][1]
    left_out = [
        {"name": name, "code": fault.code, "message": say(fault, language)}
        for name, fault in faults
    ]
    return {"pictures": [encode_picture(row, None) for row in kept], "left_out": left_out}


def say(fault: BadPicture, language: Language) -> str:
    return sentence(fault.code, language, param=fault.param, **fault.values)
