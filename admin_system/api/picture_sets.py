"""/api/picture-sets: pictures of the caller that belong together, to look at one after another."""

from __future__ import annotations

from typing import Any

from channels.db import database_sync_to_async
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Router

from admin_system.api.auth import Needs, get_caller
from admin_system.api.bodies import EXAMPLE_TITLE, aread_json, require_json
from admin_system.api.errors import RecordNotFound
from admin_system.api.limits import PAGE_SIZE
from admin_system.api.openapi import describe
from admin_system.api.paging import check_limit, read_place, write_cursor
from admin_system.api.protocol.picture_sets import (
    NewSetBody,
    PictureSetAnswer,
    PictureSetPage,
    SetTitleBody,
    WholeSetAnswer,
    encode_set,
    encode_whole_set,
)
from admin_system.api.responses import done, json_response
from admin_system.api.threads import SLOW, in_library
from admin_system.core.models import PictureSet
from admin_system.core.picture_sets import latest_analyses, remove_set, sets_of

router = Router(tags=["picture sets"], auth=Needs("analyze"))


@router.get(
    "/api/picture-sets",
    openapi_extra=describe(answer=PictureSetPage),
    summary="The caller's sets of pictures",
)
async def list_sets(
    request: HttpRequest, search: str = "", limit: int = PAGE_SIZE, cursor: str = ""
) -> HttpResponse:
    owner = get_caller(request).owner
    return json_response(await find_page(owner, search, check_limit(limit), cursor))


@router.post(
    "/api/picture-sets",
    openapi_extra=describe(NewSetBody, answer=PictureSetAnswer, status=201),
    summary="Begin a set",
)
async def create_set(request: HttpRequest) -> HttpResponse:
    require_json(request)
    body = await aread_json(request.body or b"{}", NewSetBody, EXAMPLE_TITLE)
    return json_response(await make_set(get_caller(request).owner, body.title.strip()), 201)


@router.get(
    "/api/picture-sets/{set_id}",
    openapi_extra=describe(answer=WholeSetAnswer),
    summary="One of them, with its pictures and the last analysis of each",
)
async def get_set(request: HttpRequest, set_id: str) -> HttpResponse:
    return json_response(await read_set(get_caller(request).owner, set_id))


@router.patch(
    "/api/picture-sets/{set_id}",
    openapi_extra=describe(SetTitleBody, answer=WholeSetAnswer),
    summary="Rename it",
)
async def rename_set(request: HttpRequest, set_id: str) -> HttpResponse:
    require_json(request)
    body = await aread_json(request.body, SetTitleBody, EXAMPLE_TITLE)
    owner = get_caller(request).owner
    return json_response(await change_title(owner, set_id, body.title.strip()))


@router.delete(
    "/api/picture-sets/{set_id}",
    openapi_extra=describe(status=204),
    summary="Remove it with its pictures and their analyses",
)
async def delete_set(request: HttpRequest, set_id: str) -> HttpResponse:
    owner = get_caller(request).owner
    await in_library(lambda: remove_set(find_set(owner, set_id)), SLOW)
    return done()


def find_set(owner: str, set_id: str) -> PictureSet:
    """Raises RecordNotFound."""
    row = PictureSet.objects.filter(owner=owner, pk=set_id).first()
    if row is None:
        raise RecordNotFound("picture_set_not_found", id=set_id[:60])
    return row


@database_sync_to_async
def find_page(owner: str, search: str, limit: int, cursor: str) -> dict[str, Any]:
    """Raises BadRequest."""
    rows = sets_of(owner, search.strip())
    if cursor:
        moment, last = read_place(cursor)
        rows = rows.filter(Q(updated_at__lt=moment) | Q(updated_at=moment, pk__lt=last))
    found = list(rows[: limit + 1])
    last_one = found[limit - 1] if len(found) > limit else None
    return {
        "data": [encode_set(row, row.picture_count, row.analysed_count) for row in found[:limit]],
        "next_cursor": (
            write_cursor(last_one.updated_at.isoformat(), last_one.pk) if last_one else None
        ),
    }


@database_sync_to_async
def make_set(owner: str, title: str) -> dict[str, Any]:
    return encode_set(PictureSet.objects.create(owner=owner, title=title), 0, 0)


@database_sync_to_async
def read_set(owner: str, set_id: str) -> dict[str, Any]:
    """Raises RecordNotFound."""
    row = find_set(owner, set_id)
    return encode_whole_set(row, latest_analyses(row))


@database_sync_to_async
def change_title(owner: str, set_id: str, title: str) -> dict[str, Any]:
    """Its place in the list stays. Raises RecordNotFound."""
    row = find_set(owner, set_id)
    row.title = title
    row.save(update_fields=["title"])
    return encode_whole_set(row, latest_analyses(row))
