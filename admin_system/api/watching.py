"""/api/metrics-history, /api/events, /api/alerts: for those who look after the service."""

from __future__ import annotations

from typing import Any

from channels.db import database_sync_to_async
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from ninja import Router

from admin_system.api.auth import NeedsStaff
from admin_system.api.fault_pages import language_of
from admin_system.api.limits import PAGE_SIZE
from admin_system.api.openapi import describe
from admin_system.api.paging import check_limit, read_cursor, write_cursor
from admin_system.api.pictures import in_reader
from admin_system.api.protocol.watching import (
    AlertList,
    EventPage,
    MetricsAnswer,
    encode_alert,
    encode_event,
    encode_history,
)
from admin_system.api.responses import json_response
from admin_system.api.threads import in_library
from admin_system.core.alerts import Alert, service_alerts
from admin_system.core.catalog import get_service
from admin_system.core.models import ServiceEvent
from admin_system.core.monitoring.history import Range
from admin_system.core.monitoring.monitor import get_monitor
from admin_system.core.types import Language
from admin_system.knowledge_base.services.alerts import library_alerts

router = Router(tags=["service"], auth=NeedsStaff())

PAGES = {
    "models": "admin:core_modelconfig_changelist",
    "documents": "admin:knowledge_base_document_changelist",
    "service": "admin:service_state",
    "logs": "admin:logs",
}
"""Rooms of alerts -> pages of the people's door, where it is open."""


@router.get(
    "/api/metrics-history",
    openapi_extra=describe(answer=MetricsAnswer),
    summary="The last hour or day in figures",
)
async def get_metrics(
    request: HttpRequest, over: Range = "hour", since: float = 0.0
) -> HttpResponse:
    """`since`, a time of an earlier answer, leaves out what was told already."""
    machine = await in_reader(get_monitor().read)
    totals = {"memory_total": machine.memory.total, "disk_total": machine.disk.total}
    samples = get_monitor().history.read(over, since)
    return json_response(encode_history(over, samples, machine.gpus, totals))


@router.get(
    "/api/events",
    openapi_extra=describe(answer=EventPage),
    summary="What happened to the service",
)
async def list_events(
    request: HttpRequest, limit: int = PAGE_SIZE, cursor: str = ""
) -> HttpResponse:
    return json_response(await find_events(check_limit(limit), cursor, language_of(request)))


@router.get(
    "/api/alerts",
    openapi_extra=describe(answer=AlertList),
    summary="What is wrong at this moment",
)
async def list_alerts(request: HttpRequest) -> HttpResponse:
    machine = await in_reader(get_monitor().read)
    alerts = service_alerts(get_service().status(), machine) + await in_library(library_alerts)
    language = language_of(request)
    alerts.sort(key=lambda alert: alert.tone != "bad")
    return json_response({"data": [encode_alert(one, find_page(one), language) for one in alerts]})


@database_sync_to_async
def find_events(limit: int, cursor: str, language: Language) -> dict[str, Any]:
    """Newest first. Raises BadRequest."""
    rows = ServiceEvent.objects.all()
    if cursor:
        rows = rows.filter(pk__lt=read_cursor(cursor, int)[0])
    found = list(rows[: limit + 1])
    more = len(found) > limit
    return {
        "data": [encode_event(row, language) for row in found[:limit]],
        "next_cursor": write_cursor(found[limit - 1].pk) if more else None,
    }


def find_page(alert: Alert) -> str | None:
    try:
        return reverse(PAGES[alert.room])
    except NoReverseMatch:
        return None
