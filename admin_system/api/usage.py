"""GET /api/usage: what the caller has taken of the models; with the scope admin, what all have."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any, cast, get_args

from channels.db import database_sync_to_async
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from admin_system.api.auth import Needs, get_caller
from admin_system.api.openapi import describe
from admin_system.api.protocol.usage import UsageReport
from admin_system.api.responses import json_response
from admin_system.core.access import EVERYTHING
from admin_system.core.csv_table import TYPE, encode_csv
from admin_system.core.errors import BadRequest
from admin_system.core.models.api_key import Scope
from admin_system.core.stored_bytes import find_storage
from admin_system.core.usage_report import (
    COUNTS,
    Group,
    Line,
    Period,
    add_up,
    encode_taken,
    report_usage,
)

router = Router(tags=["service"])

DAYS = 30
"""Of a report that names no first day."""
FORMATS = ("json", "csv")


@router.get(
    "/api/usage",
    auth=Needs(*sorted(EVERYTHING)),
    openapi_extra=describe(answer=UsageReport),
    summary="Requests, tokens and pictures by day, model or caller",
)
async def get_usage(
    request: HttpRequest,
    first: str = Query("", alias="from"),  # type: ignore[type-arg]  # ninja's own default
    last: str = Query("", alias="to"),  # type: ignore[type-arg]
    group: str = "day",
    mine: bool = False,
    format: str = "json",  # noqa: A002 - its name on the wire
) -> HttpResponse:
    """Days as 2026-11-25, both included; the last thirty without them. `mine` leaves the others
    out, `format` csv makes a table of it."""
    check_one_of("group", group, get_args(Group))
    check_one_of("format", format, FORMATS)
    period, caller = read_period(first, last), get_caller(request)
    owner = caller.owner if mine or Scope.ADMIN.value not in caller.scopes else None
    lines = await find_lines(period, cast("Group", group), owner)
    if format == "csv":
        return csv_response(period, group, lines)
    return json_response(
        {
            "from": period.first.isoformat(),
            "to": period.last.isoformat(),
            "group": group,
            "data": [encode_line(line, group) for line in lines],
            "total": encode_taken(add_up(lines)),
            "storage": asdict(await find_stored(caller.owner)),
        }
    )


find_lines = database_sync_to_async(report_usage)
find_stored = database_sync_to_async(find_storage)


def encode_line(line: Line, group: str) -> dict[str, Any]:
    named = {"name": line.name} if group == "caller" else {}
    return {group: line.what, **named, **encode_taken(line.taken)}


def csv_response(period: Period, group: str, lines: list[Line]) -> HttpResponse:
    columns = (group, *(("name",) if group == "caller" else ()), *COUNTS, "total_tokens")
    rows = (encode_line(line, group).values() for line in lines)
    response = HttpResponse(encode_csv(columns, rows), content_type=TYPE)
    name = f"usage-{group}-{period.first}-{period.last}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def read_period(first: str, last: str) -> Period:
    """Raises BadRequest."""
    end = read_day("to", last) if last else timezone.localdate()
    try:
        return Period(read_day("from", first) if first else end - timedelta(days=DAYS - 1), end)
    except (ValueError, OverflowError):
        raise BadRequest(
            "period_turned_round", param="from", given=first or "?", last=str(end)
        ) from None


def read_day(param: str, text: str) -> date:
    """Raises BadRequest."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest("day_malformed", param=param, given=text[:40]) from None


def check_one_of(param: str, given: str, allowed: tuple[str, ...]) -> None:
    """Raises BadRequest."""
    if given not in allowed:
        known = ", ".join(allowed)
        raise BadRequest("field_not_one_of", param=param, given=given[:40], allowed=known)
