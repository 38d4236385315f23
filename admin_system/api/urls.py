"""Every HTTP address of the programs' door, with and without its trailing slash."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, re_path
from django.urls.resolvers import URLPattern, URLResolver
from ninja.errors import HttpError, ValidationError

from admin_system.api import (
    analyses,
    analyze,
    chat,
    conversation_exports,
    conversations,
    documents,
    downloads,
    embedding_models,
    embeddings,
    errors,
    exports,
    fault_pages,
    index,
    logs,
    media,
    metrics,
    model_cards,
    model_setup,
    passages,
    picture_sets,
    question_sets,
    requests,
    search,
    service,
    set_pictures,
    status,
    templates,
    topics,
    usage,
    watching,
)
from admin_system.api.openapi import DescribedAPI
from admin_system.api.responses import json_response
from admin_system.api.routing import SOCKETS
from admin_system.core.errors import BadRequest
from admin_system.version import VERSION

api = DescribedAPI(
    title="Qwen-VL",
    version=VERSION,
    openapi_url="/api/openapi.json",
    docs_url="/api/docs",
)
ROOMS = (
    chat,
    model_cards,
    embeddings,
    analyze,
    exports,
    analyses,
    picture_sets,
    set_pictures,
    conversations,
    conversation_exports,
    media,
    search,
    topics,
    documents,
    passages,
    index,
    embedding_models,
    question_sets,
    status,
    metrics,
    service,
    requests,
    watching,
    usage,
    logs,
    model_setup,
    downloads,
    templates,
)
for room in ROOMS:
    api.add_router("", room.router)


@api.get("/api", auth=None, include_in_schema=False)
async def list_endpoints(request: HttpRequest) -> HttpResponse:
    paths = api.get_openapi_schema(path_prefix="/")["paths"]
    endpoints = [
        {"method": method.upper(), "path": address, "summary": operation.get("summary")}
        for address, operations in paths.items()
        for method, operation in operations.items()
    ]
    answer = {
        "version": VERSION,
        "docs": "/api/docs",
        "endpoints": endpoints,
        "websockets": SOCKETS,
    }
    return json_response(answer)


def answer_fault(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    if isinstance(error, ValidationError):  # of the query; bodies are checked by our own models
        error = BadRequest("field_wrong", param=str(error.errors[0]["loc"][-1]))
    elif isinstance(error, Http404):
        error = errors.PathNotFound(request.path)
    elif isinstance(error, type):
        error = error()
    return fault_pages.fault_response(request, error)


for kind in (Exception, HttpError, ValidationError, Http404):
    api.add_exception_handler(kind, answer_fault)


def with_slashes(patterns: list[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    both: list[URLPattern | URLResolver] = []
    for pattern in patterns:
        both.append(pattern)
        route = str(pattern.pattern)
        if isinstance(pattern, URLPattern) and route and not route.endswith(("/", ":name>")):
            both.append(path(f"{route}/", pattern.callback))
    return both


# Not called app_name, which Django's `include` would take for a namespace of this module.
patterns, ninja_name, namespace = api.urls
urlpatterns: list[URLPattern | URLResolver] = [
    path("", (with_slashes(patterns), ninja_name, namespace)),
    re_path(r"^(?:api|v1|media)/(?P<rest>.*)$", fault_pages.unknown_path),
]
