"""/api/embedding-models: what the knowledge base may be embedded with, and changing it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from admin_system.api.auth import Needs
from admin_system.api.bodies import EXAMPLE_EMBEDDING_MODEL, aread_json, require_json
from admin_system.api.fault_pages import language_of
from admin_system.api.openapi import describe
from admin_system.api.protocol.library_work import (
    EmbeddingModelBody,
    encode_embedding_model,
    encode_job,
)
from admin_system.api.protocol.library_work_answers import EmbeddingModelPage, JobAnswer
from admin_system.api.responses import json_response
from admin_system.api.threads import SLOW, in_library
from admin_system.core.errors import BadRequest
from admin_system.core.folders import require_allowed
from admin_system.knowledge_base.services.profiles import (
    change_profile,
    shown_profiles,
    suggest_name,
)

router = Router(tags=["knowledge base"])

NEEDED = {"bundled": (), "folder": ("path",), "url": ("url", "model")}
"""Fields that a kind cannot do without."""


@router.get(
    "/api/embedding-models",
    auth=Needs("admin"),
    openapi_extra=describe(answer=EmbeddingModelPage),
    summary="The embedding models that are known here",
)
async def list_embedding_models(request: HttpRequest) -> HttpResponse:
    """The one in use first."""
    rows = await in_library(lambda: [encode_embedding_model(row) for row in shown_profiles()])
    return json_response({"data": rows})


@router.post(
    "/api/embedding-models",
    auth=Needs("admin"),
    openapi_extra=describe(EmbeddingModelBody, answer=JobAnswer, status=202),
    summary="Change the embedding model",
)
async def change_embedding_model(request: HttpRequest) -> HttpResponse:
    """It is loaded once to see that it works; then all passages are embedded in the background,
    and searches change over when that is done. A folder lies below the allowed ones."""
    require_json(request)
    body = await aread_json(request.body, EmbeddingModelBody, EXAMPLE_EMBEDDING_MODEL)
    language = language_of(request)
    for field in NEEDED[body.kind]:
        if not getattr(body, field).strip():
            raise BadRequest("field_empty", param=field)

    def change() -> dict[str, Any]:
        spec = body.to_spec()
        if spec.kind == "folder":
            spec = replace(spec, path=str(require_allowed(spec.path)))
        return encode_job(change_profile(body.name.strip() or suggest_name(spec), spec), language)

    return json_response(await in_library(change, SLOW), status=202)
