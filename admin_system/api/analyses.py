"""GET /api/analyses and /api/analyses/{id}: what the caller has asked before, newest first."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any

from channels.db import database_sync_to_async
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Router

from admin_system.api.auth import Needs, get_caller
from admin_system.api.errors import RecordNotFound
from admin_system.api.limits import MAX_PAGE_SIZE, PAGE_SIZE
from admin_system.api.openapi import describe
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
    if not 1 <= limit <= MAX_PAGE_SIZE:
        code = "field_under_minimum" if limit < 1 else "field_over_maximum"
        bound = 1 if limit < 1 else MAX_PAGE_SIZE
        raise BadRequest(code, param="limit", given=limit, limit=bound)
    page = await find_page(get_caller(request).owner, limit, cursor)
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
        moment, last = read_cursor(cursor)
        records = records.filter(Q(created_at__lt=moment) | Q(created_at=moment, pk__lt=last))
    found = list(records[: limit + 1])
    more = len(found) > limit
    return {
        "data": [encode_record(record) for record in found[:limit]],
        "next_cursor": encode_cursor(found[limit - 1]) if more else None,
    }


def encode_cursor(record: AnalysisRecord) -> str:
    text = f"{record.created_at.isoformat()} {record.pk}"
    return base64.urlsafe_b64encode(text.encode()).decode()


def read_cursor(cursor: str) -> tuple[datetime, str]:
    """Raises BadRequest."""
    try:
        moment, last = base64.urlsafe_b64decode(cursor).decode().split(" ")
        return datetime.fromisoformat(moment), last
    except (binascii.Error, ValueError):
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
