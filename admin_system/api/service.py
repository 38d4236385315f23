"""POST /api/service/load, unload, reload: answered at once, /api/status tells how it goes."""

from __future__ import annotations

from channels.db import database_sync_to_async
from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from admin_system.api.auth import Needs
from admin_system.api.bodies import EXAMPLE_SERVICE, read_json, require_json
from admin_system.api.fault_pages import language_of
from admin_system.api.openapi import describe
from admin_system.api.protocol.descriptions import ModelState
from admin_system.api.protocol.state import encode_model
from admin_system.api.protocol.validation import Body
from admin_system.api.responses import json_response
from admin_system.core import catalog
from admin_system.core.types import ServiceStatus

router = Router(tags=["service"], auth=Needs("admin"))

load = database_sync_to_async(catalog.load)
reload = database_sync_to_async(catalog.reload)
unload = database_sync_to_async(catalog.unload)


class ServiceBody(Body):
    model: str | None = Field(
        None, min_length=1, description="A name or alias; none for the current model."
    )


SHAPE = describe(ServiceBody, answer=ModelState, status=202)


@router.post("/api/service/load", openapi_extra=SHAPE, summary="Load a model")
async def load_model(request: HttpRequest) -> HttpResponse:
    name = read_name(request)
    return accepted(request, await (load(name) if name else reload()))


@router.post("/api/service/reload", openapi_extra=SHAPE, summary="Load it again")
async def reload_model(request: HttpRequest) -> HttpResponse:
    return accepted(request, await reload(read_name(request)))


@router.post("/api/service/unload", openapi_extra=SHAPE, summary="Unload it")
async def unload_model(request: HttpRequest) -> HttpResponse:
    read_name(request)
    return accepted(request, await unload())


def read_name(request: HttpRequest) -> str | None:
    """An empty body asks for the current model. Raises BadRequest."""
    if not request.body:
        return None
    require_json(request)
    return read_json(request.body, ServiceBody, EXAMPLE_SERVICE).model


def accepted(request: HttpRequest, status: ServiceStatus) -> HttpResponse:
    return json_response(encode_model(status, language_of(request)), status=202)
