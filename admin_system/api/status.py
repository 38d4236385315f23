"""GET /api/status, /healthz, /readyz: how the service is, for people, pages and supervisors."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from ninja import Router

from admin_system.api.auth import find_caller
from admin_system.api.fault_pages import language_of
from admin_system.api.openapi import describe
from admin_system.api.pictures import in_reader
from admin_system.api.protocol.descriptions import StatusAnswer
from admin_system.api.protocol.library_state import encode_overview
from admin_system.api.protocol.state import encode_engine, encode_model, find_health
from admin_system.api.responses import json_response
from admin_system.api.threads import in_library
from admin_system.core.access import AccessDenied, Caller
from admin_system.core.catalog import get_service
from admin_system.core.errors import ModelNotReady
from admin_system.core.monitoring.monitor import get_monitor
from admin_system.core.tables import are_tables_current
from admin_system.knowledge_base.services.overview import find_overview, is_index_reachable
from admin_system.version import VERSION

router = Router(tags=["status"])

STARTED = time.monotonic()


@router.get(
    "/api/status",
    auth=None,
    openapi_extra=describe(answer=StatusAnswer),
    summary="State of the service",
)
async def get_status(request: HttpRequest) -> HttpResponse:
    """Strangers learn `status` and `version`, everybody else the whole."""
    status = get_service().status()
    answer: dict[str, Any] = {"status": find_health(status), "version": VERSION}
    caller = await find_known(request)
    if caller is not None:
        machine = asdict(await in_reader(get_monitor().read))
        gpus = machine.pop("gpus")
        answer |= {
            "model": encode_model(status, language_of(request)),
            "engine": encode_engine(status, language_of(request)),
            "gpus": gpus,
            "system": machine,
            "knowledge_base": encode_overview(
                await in_library(lambda: find_overview(caller.topics))
            ),
            "uptime": round(time.monotonic() - STARTED, 1),
        }
    return json_response(answer)


async def find_known(request: HttpRequest) -> Caller | None:
    """None for strangers."""
    try:
        caller = await find_caller(request)
    except AccessDenied:
        return None
    return None if caller.kind == "anonymous" else caller


@router.get("/healthz", auth=None, summary="The process is up")
async def get_health(request: HttpRequest) -> HttpResponse:
    return json_response({"status": "ok"})


@router.get("/readyz", auth=None, openapi_extra=describe(), summary="Requests will be answered")
async def get_readiness(request: HttpRequest) -> HttpResponse:
    """503 with the reason where the database, the index or the model cannot answer."""
    await database_sync_to_async(require_database)()
    if not await in_library(is_index_reachable):
        raise ModelNotReady("index_unreachable")
    if settings.LOAD_MODEL:
        with get_service().hold():
            pass
    return json_response({"status": "ok"})


def require_database() -> None:
    """Blocks. Raises ModelNotReady."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        current = are_tables_current()
    except DatabaseError:
        raise ModelNotReady("database_unreachable") from None
    if not current:
        raise ModelNotReady("database_outdated")
