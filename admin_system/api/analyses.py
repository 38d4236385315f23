"""GET /api/analyses and /api/analyses/{id}: what the caller has asked before, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from channels.db import database_sync_to_async
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Router

from admin_system.api.auth import Needs, get_caller
from admin_system.api.errors import RecordNotFound
from admin_system.api.limits import PAGE_SIZE
from admin_system.api.openapi import describe
from admin_system.api.paging import check_limit, read_cursor, write_cursor
from admin_system.api.protocol.completion import encode_seconds
from admin_system.api.protocol.descriptions import RecordAnswer, RecordPage
from admin_system.api.responses import json_response
from admin_system.core.errors import BadRequest
from admin_system.core.models import AnalysisRecord

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


@router.get(
    "/api/analyses/{record_id}",
    openapi_extra=describe(answer=RecordAnswer),
    summary="One of the caller's analyses",
)
async def get_analysis(request: HttpRequest, record_id: str) -> HttpResponse:
    record = await find_record(get_caller(request).owner, record_id)
    if record is None:
        raise RecordNotFound("analysis_not_found", id=record_id[:60])
    return json_response(encode_record(record))


@database_sync_to_async
def find_record(owner: str, record_id: str) -> AnalysisRecord | None:
    return AnalysisRecord.objects.filter(owner=owner, pk=record_id).first()


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


def read_place(cursor: str) -> tuple[datetime, str]:
    """Raises BadRequest."""
    moment, last = read_cursor(cursor, str, str)
    try:
        return datetime.fromisoformat(str(moment)), str(last)
    except ValueError:
        raise BadRequest("cursor_unknown", param="cursor") from None


def encode_record(record: AnalysisRecord) -> dict[str, Any]:
    return {
        "id": record.pk,
        "query": record.query,
        "result": record.result,
        "boxes": record.boxes,
        "boxed_image_url": record.boxed_image.url if record.boxed_image else None,
        "thumbnail_url": record.thumbnail.url if record.thumbnail else None,
        "image": {"width": record.width, "height": record.height},
        "model": record.model,
        "usage": record.usage,
        "processing_time": encode_seconds(record.seconds),
        "created_at": record.created_at.isoformat(),
    }
