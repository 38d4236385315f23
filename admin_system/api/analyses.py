"""/api/analyses: what the caller has asked before, newest first; its boxes may be edited."""

from __future__ import annotations

from typing import Any

from channels.db import database_sync_to_async
from django.db import connection
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Router

from admin_system.api.auth import Needs, get_caller
from admin_system.api.bodies import EXAMPLE_BOXES, aread_json, require_json
from admin_system.api.errors import RecordNotFound
from admin_system.api.limits import PAGE_SIZE
from admin_system.api.openapi import describe
from admin_system.api.paging import check_limit, read_place, write_cursor
from admin_system.api.pictures import in_reader
from admin_system.api.protocol.analyses import BoxesBody, HandMadeBody, encode_record, to_boxes
from admin_system.api.protocol.descriptions import RecordAnswer, RecordPage
from admin_system.api.responses import done, json_response
from admin_system.api.set_pictures import find_picture
from admin_system.core.models import AnalysisRecord
from admin_system.core.records import edit_boxes, remove_analyses, save_hand_made

router = Router(tags=["analyze"], auth=Needs("analyze"))


@router.get(
    "/api/analyses",
    openapi_extra=describe(answer=RecordPage),
    summary="The caller's analyses",
)
async def list_analyses(
    request: HttpRequest, limit: int = PAGE_SIZE, cursor: str = ""
) -> HttpResponse:
    page = await find_page(get_caller(request).owner, check_limit(limit), cursor)
    return json_response(page)


@router.post(
    "/api/analyses",
    openapi_extra=describe(HandMadeBody, answer=RecordAnswer, status=201),
    summary="Keep boxes drawn by hand on a picture of a set, without asking a model",
)
async def create_analysis(request: HttpRequest) -> HttpResponse:
    require_json(request)
    body = await aread_json(request.body, HandMadeBody, EXAMPLE_BOXES)
    owner = get_caller(request).owner

    def make() -> dict[str, Any]:
        try:
            kept = find_picture(owner, body.picture)
            boxes = to_boxes(body, kept) or []
            return encode_record(save_hand_made(kept, owner, boxes))
        finally:
            connection.close()  # the reader's thread outlives the request

    return json_response(await in_reader(make), 201)


@router.get(
    "/api/analyses/{record_id}",
    openapi_extra=describe(answer=RecordAnswer),
    summary="One of the caller's analyses",
)
async def get_analysis(request: HttpRequest, record_id: str) -> HttpResponse:
    return json_response(await read_record(get_caller(request).owner, record_id))


@router.patch(
    "/api/analyses/{record_id}",
    openapi_extra=describe(BoxesBody, answer=RecordAnswer),
    summary="Edit its boxes; the model's own are kept beside them",
)
async def edit_analysis(request: HttpRequest, record_id: str) -> HttpResponse:
    require_json(request)
    body = await aread_json(request.body, BoxesBody, EXAMPLE_BOXES)
    owner = get_caller(request).owner

    def edit() -> dict[str, Any]:
        try:
            record = get_record(owner, record_id)
            edit_boxes(record, to_boxes(body, record))
            return encode_record(record)
        finally:
            connection.close()  # the reader's thread outlives the request

    return json_response(await in_reader(edit))


@router.delete(
    "/api/analyses/{record_id}",
    openapi_extra=describe(status=204),
    summary="Remove it with its pictures",
)
async def delete_analysis(request: HttpRequest, record_id: str) -> HttpResponse:
    await remove(get_caller(request).owner, record_id)
    return done()


def get_record(owner: str, record_id: str) -> AnalysisRecord:
    """Raises RecordNotFound."""
    rows = AnalysisRecord.objects.select_related("picture")
    record = rows.filter(owner=owner, pk=record_id).first()
    if record is None:
        raise RecordNotFound("analysis_not_found", id=record_id[:60])
    return record


@database_sync_to_async
def remove(owner: str, record_id: str) -> None:
    """Raises RecordNotFound."""
    record = get_record(owner, record_id)
    remove_analyses(AnalysisRecord.objects.filter(pk=record.pk))


@database_sync_to_async
def read_record(owner: str, record_id: str) -> dict[str, Any]:
    """Raises RecordNotFound."""
    return encode_record(get_record(owner, record_id))


@database_sync_to_async
def find_page(owner: str, limit: int, cursor: str) -> dict[str, Any]:
    """Raises BadRequest."""
    records = AnalysisRecord.objects.filter(owner=owner)
    if cursor:
        moment, last = read_place(cursor)
        records = records.filter(Q(created_at__lt=moment) | Q(created_at=moment, pk__lt=last))
    found = list(records[: limit + 1])
    more = len(found) > limit
    last_one = found[limit - 1] if more else None
    return {
        "data": [encode_record(record) for record in found[:limit]],
        "next_cursor": (
            write_cursor(last_one.created_at.isoformat(), last_one.pk) if last_one else None
        ),
    }
