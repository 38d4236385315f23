"""GET /api/v1/models and /v1/models: the configured models, the current one first."""

from __future__ import annotations

from typing import Any

from channels.db import database_sync_to_async
from django.http import HttpRequest, HttpResponse
from ninja import Router

from admin_system.api.auth import Needs
from admin_system.api.openapi import describe
from admin_system.api.protocol.descriptions import ModelCard, ModelList
from admin_system.api.responses import json_response
from admin_system.core.catalog import get_config, get_service, list_configs
from admin_system.core.models import ModelConfig
from admin_system.core.types import ServiceState

router = Router(tags=["models"])

# Give the connection back before the model runs.
find_config = database_sync_to_async(get_config)
find_configs = database_sync_to_async(list_configs)


async def find_model_name(asked: str | None) -> str | None:
    """A name or an alias -> the name; None stays None. Raises ModelNotFound."""
    return None if asked is None else (await find_config(asked)).name


@router.get(
    "/api/v1/models",
    auth=Needs("chat"),
    openapi_extra=describe(answer=ModelList),
    summary="List the models",
)
async def list_models(request: HttpRequest) -> HttpResponse:
    cards = [encode_card(row) for row in await find_configs()]
    cards.sort(key=lambda card: not card["current"])
    return json_response({"object": "list", "data": cards})


@router.get(
    "/api/v1/models/{path:name}",
    auth=Needs("chat"),
    openapi_extra=describe(answer=ModelCard),
    summary="One model",
)
async def get_model(request: HttpRequest, name: str) -> HttpResponse:
    card = encode_card(await find_config(name.removesuffix("/")))
    return json_response(card)


router.get("/v1/models", auth=Needs("chat"), include_in_schema=False)(list_models)
router.get("/v1/models/{path:name}", auth=Needs("chat"), include_in_schema=False)(get_model)


def encode_card(row: ModelConfig) -> dict[str, Any]:
    """OpenAI's fields, then ours; the current model is the one that answers now, if any does."""
    status = get_service().status()
    current = status.serving or status.model
    state = ServiceState.UNLOADED
    if row.name == status.serving:
        state = ServiceState.READY
    elif row.name == status.model:
        state = status.state
    elif row.name == status.failed:
        state = ServiceState.FAILED
    return {
        "id": row.name,
        "object": "model",
        "created": int(row.created_at.timestamp()),
        "owned_by": "local",
        "alias": row.alias or None,
        "family": row.family or None,
        "quantization": row.quantization or None,
        "demo": row.demo,
        "current": row.name == current if current else row.is_current,
        "state": state.value,
    }
