"""Round every request: its number, and our shape for the errors that Django answers itself."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from inspect import iscoroutinefunction

from channels.db import database_sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from admin_system.api.auth import ADMINISTRATIVE
from admin_system.api.errors import (
    ApiError,
    BodyTooLarge,
    MethodNotAllowed,
    PathNotFound,
)
from admin_system.api.fault_pages import fault_response
from admin_system.api.measured import find_route
from admin_system.api.request_id import begin_request
from admin_system.api.stay import visiting
from admin_system.core.audit import record_call
from admin_system.core.errors import BadRequest

logger = logging.getLogger(__name__)

PROGRAMS = ("/api/", "/v1/", "/media/", "/healthz", "/readyz", "/metrics")
"""Addresses that never answer a page."""
QUESTIONS = ("/api/templates/check", "/api/service/inspect")
"""Addresses that change nothing, though they are asked with a body: they are not audited."""

Answer = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


@sync_and_async_middleware
def answer_programs(get_response: Answer) -> Answer:
    """First in MIDDLEWARE, so that it sees the answer of every other one."""
    if iscoroutinefunction(get_response):

        async def on_the_loop(request: HttpRequest) -> HttpResponseBase:
            request_id, began = begin(request)
            with visiting() as visit:
                response = await get_response(request)
                visit.route = find_route(request)
            await note_change(request, response)
            return finish(request, response, request_id, began, visit.headers)

        return on_the_loop

    def in_a_thread(request: HttpRequest) -> HttpResponseBase:
        request_id, began = begin(request)
        with visiting() as visit:
            response = get_response(request)
            visit.route = find_route(request)
        assert isinstance(response, HttpResponseBase)  # noqa: S101 - narrows for mypy
        if is_change(request, response):
            record_call(request)
        return finish(request, response, request_id, began, visit.headers)

    return in_a_thread


def begin(request: HttpRequest) -> tuple[str, float]:
    """The number of the request and its time; servers leave the body of an answer to HEAD out."""
    if request.method == "HEAD" and request.path.startswith(PROGRAMS):
        request.method = "GET"
    return begin_request(), time.monotonic()


def is_change(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether an administrative address has just done something."""
    return (
        request.method not in ("GET", "HEAD", "OPTIONS")
        and response.status_code < 400
        and getattr(request, ADMINISTRATIVE, False)
        and request.path.rstrip("/") not in QUESTIONS
    )


async def note_change(request: HttpRequest, response: HttpResponseBase) -> None:
    if is_change(request, response):
        await database_sync_to_async(record_call)(request)


def finish(
    request: HttpRequest,
    response: HttpResponseBase,
    request_id: str,
    began: float,
    headers: Mapping[str, str],
) -> HttpResponseBase:
    if request.path.startswith(PROGRAMS):
        if response.status_code >= 400:
            response = in_our_shape(request, response)
        response.headers.setdefault("Cache-Control", "no-store")
    for name, value in {**headers, "x-request-id": request_id}.items():
        response.headers[name] = value
    logger.log(
        logging.INFO if 400 <= response.status_code < 500 else logging.DEBUG,
        "%s %s %.200r -> %s after %.3f s",
        request_id,
        request.method,
        request.path,
        response.status_code,
        time.monotonic() - began,
    )
    return response


def in_our_shape(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Django's page for a failure as our JSON; our own answers pass."""
    if response.headers.get("Content-Type", "").startswith("application/json"):
        return response
    errors: dict[int, ApiError | BadRequest] = {
        404: PathNotFound(request.path),
        405: MethodNotAllowed(
            request.method or "", request.path, response.headers.get("Allow", "GET")
        ),
        413: BodyTooLarge(),
    }
    error: Exception | None = errors.get(response.status_code)
    if error is None:
        is_ours = response.status_code >= 500
        error = RuntimeError("a page of Django") if is_ours else BadRequest("request_malformed")
    return fault_response(request, error)
