"""/api/service/models, inspect and folders: what may be loaded, what it is, and what it takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from admin_system.api.auth import Needs
from admin_system.api.bodies import EXAMPLE_SERVICE, aread_json, require_json
from admin_system.api.fault_pages import language_of
from admin_system.api.openapi import describe
from admin_system.api.protocol.model_setup import (
    AddModelBody,
    ConfiguredModelAnswer,
    ConfiguredModels,
    FoldersAnswer,
    InspectAnswer,
    InspectBody,
    encode_config,
    encode_findings,
    encode_forecast,
    encode_listing,
    encode_reason,
)
from admin_system.api.responses import json_response
from admin_system.api.threads import SLOW, in_library
from admin_system.core.catalog import get_config, get_service, list_configs, spec_of
from admin_system.core.checkpoints import inspect_checkpoint
from admin_system.core.checkup import examine
from admin_system.core.errors import BadRequest, LoadError
from admin_system.core.folders import list_folder, require_allowed
from admin_system.core.foresight import foresee
from admin_system.core.models import ModelConfig
from admin_system.core.registration import register_folder
from admin_system.core.types import EngineSpec, Language, ServiceState, ServiceStatus

router = Router(tags=["service"], auth=Needs("admin"))

EXAMPLE_PATH = '{"path": "D:/models/Qwen2-VL-2B-Instruct"}'


@router.get(
    "/api/service/models",
    openapi_extra=describe(answer=ConfiguredModels),
    summary="The configured models and how each of them is",
)
async def list_models(request: HttpRequest) -> HttpResponse:
    language = language_of(request)

    def find() -> list[dict[str, Any]]:
        status = get_service().status()
        return [encode_config(row, find_state(row, status, language)) for row in list_configs()]

    return json_response({"data": await in_library(find)})


@router.post(
    "/api/service/models",
    openapi_extra=describe(AddModelBody, answer=ConfiguredModelAnswer, status=201),
    summary="Configure the model of a folder",
)
async def add_model(request: HttpRequest) -> HttpResponse:
    """A folder that has a configuration keeps it."""
    require_json(request)
    body = await aread_json(request.body, AddModelBody, EXAMPLE_PATH)
    language = language_of(request)

    def add() -> dict[str, Any]:
        row = register_folder(require_allowed(body.path))
        return encode_config(row, find_state(row, get_service().status(), language))

    return json_response(await in_library(add, SLOW), 201)


@router.post(
    "/api/service/inspect",
    openapi_extra=describe(InspectBody, answer=InspectAnswer),
    summary="What a folder holds, and the memory that it will take",
)
async def inspect(request: HttpRequest) -> HttpResponse:
    """Reads no weights. What is wrong with the folder stands in `fault`."""
    require_json(request)
    body = await aread_json(request.body, InspectBody, EXAMPLE_SERVICE)
    language = language_of(request)
    if (body.model is None) == (body.path is None):
        code = "field_missing" if body.model is None else "fields_conflict"
        raise BadRequest(code, param="path", other="model")

    def look() -> dict[str, Any]:
        spec = find_spec(body)
        return {**look_into(spec, language)}

    return json_response(await in_library(look, SLOW))


@router.get(
    "/api/service/folders",
    openapi_extra=describe(answer=FoldersAnswer),
    summary="Folders from which a model may be chosen",
)
async def list_folders(request: HttpRequest, path: str = "") -> HttpResponse:
    """Without a path the allowed folders themselves."""
    return json_response(encode_listing(await in_library(lambda: list_folder(path))))


def find_spec(body: InspectBody) -> EngineSpec:
    """Raises ModelNotFound, FolderNotAllowed."""
    if body.model is not None:
        row = get_config(body.model)
    else:
        row = ModelConfig(name="new", path=str(require_allowed(body.path or "")))
    given = body.model_fields_set - {"model", "path"}
    for name in given:
        value = getattr(body, name)
        if value is not None or name == "context_length":
            setattr(row, name, value)
    return spec_of(row)


def look_into(spec: EngineSpec, language: Language) -> dict[str, Any]:
    try:
        found = examine(spec)
    except LoadError as error:
        fault = encode_reason(error.code, error.values, language)
        return {**encode_findings(spec.path, None), "forecast": None, "fault": fault}
    checkpoint = inspect_checkpoint(Path(spec.path), spec.int4_backend)
    forecast = encode_forecast(foresee(spec, checkpoint))
    return {**encode_findings(spec.path, found), "forecast": forecast, "fault": None}


def find_state(row: ModelConfig, status: ServiceStatus, language: Language) -> dict[str, Any]:
    """A load in progress comes first, then what serves, then a failure."""
    loading = status.progress if row.name == status.model else None
    if loading is not None:
        state = status.state
    elif row.name == status.serving:
        state = ServiceState.READY
    else:
        state = ServiceState.FAILED if row.name == status.failed else ServiceState.UNLOADED
    failed = status.error if row.name == status.failed else None
    return {
        "state": state.value,
        "stage": encode_reason(loading.stage, {}, language) if loading else None,
        "progress": round(loading.fraction, 3) if loading else None,
        "bytes_done": loading.bytes_done if loading else None,
        "bytes_total": loading.bytes_total if loading else None,
        "error": encode_reason(*failed, language) if failed else None,
    }
