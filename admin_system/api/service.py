"""POST /api/service/load, unload, reload: answered at once, /api/status tells how it goes."""

from __future__ import annotations

from typing import TypeVar

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
activate = database_sync_to_async(catalog.activate)
reload = database_sync_to_async(catalog.reload)
unload = database_sync_to_async(catalog.unload)
cancel = database_sync_to_async(catalog.cancel)


class ServiceBody(Body):
    model: str | None = Field(
        None, min_length=1, description="A name or alias; none for the current model."
    )


ServiceT = TypeVar("ServiceT", bound=ServiceBody)


class LoadBody(ServiceBody):
    make_current: bool = Field(
        False, description="Once it has answered it is the model of the next start too."
    )


SHAPE = describe(ServiceBody, answer=ModelState, status=202)
LOAD_SHAPE = describe(LoadBody, answer=ModelState, status=202)


@router.post("/api/service/load", openapi_extra=LOAD_SHAPE, summary="Load a model")
async def load_model(request: HttpRequest) -> HttpResponse:
    body = read_body(request, LoadBody)
    if not body.model:
        return accepted(request, await reload())
    return accepted(request, await (activate if body.make_current else load)(body.model))


@router.post("/api/service/reload", openapi_extra=SHAPE, summary="Load it again")
async def reload_model(request: HttpRequest) -> HttpResponse:
    return accepted(request, await reload(read_name(request)))


@router.post("/api/service/unload", openapi_extra=SHAPE, summary="Unload it")
async def unload_model(request: HttpRequest) -> HttpResponse:
    read_name(request)
    return accepted(request, await unload())


@router.post("/api/service/cancel", openapi_extra=SHAPE, summary="End a load that runs")
async def cancel_load(request: HttpRequest) -> HttpResponse:
    """What serves goes on serving."""
    read_body(request, ServiceBody)
    return accepted(request, await cancel())


def read_name(request: HttpRequest) -> str | None:
    """Raises BadRequest."""
    return read_body(request, ServiceBody).model


def read_body(request: HttpRequest, kind: type[ServiceT]) -> ServiceT:
    """An empty one asks for the current model. Raises BadRequest."""
    if not request.body:
        return kind(model=None)
    require_json(request)
    return read_json(request.body, kind, EXAMPLE_SERVICE)


def accepted(request: HttpRequest, status: ServiceStatus) -> HttpResponse:
    return json_response(encode_model(status, language_of(request)), status=202)
