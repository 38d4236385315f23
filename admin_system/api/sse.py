"""Server-sent events: their encoding, their faults, and the response that carries them."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from admin_system.api.errors import to_fault
from admin_system.api.fault_pages import language_of

KEEP_ALIVE = b": waiting\n\n"
DONE = b"data: [DONE]\n\n"


def keep_alive(position: int | None) -> bytes:
    """A comment, which clients skip; with the place in the queue where there is one."""
    return KEEP_ALIVE if position is None else f": queued {position}\n\n".encode()


def encode_event(value: dict[str, Any], event: str = "") -> bytes:
    head = f"event: {event}\n" if event else ""
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return f"{head}data: {data}\n\n".encode()


async def with_error_event(
    request: HttpRequest, events: AsyncGenerator[bytes]
) -> AsyncGenerator[bytes]:
    """A fault after the first byte becomes an `error` event, as its status is gone."""
    try:
        async for event in events:
            yield event
    except Exception as error:
        yield encode_event(to_fault(error, language_of(request)).body, "error")
    finally:
        await events.aclose()


async def event_response(request: HttpRequest, events: AsyncGenerator[bytes]) -> HttpResponseBase:
    """Under WSGI, which cannot stream from the event loop, the events are collected whole."""
    guarded = with_error_event(request, events)
    kind = "text/event-stream; charset=utf-8"
    response: HttpResponseBase
    if isinstance(request, ASGIRequest):
        response = StreamingHttpResponse(guarded, content_type=kind)
    else:
        response = HttpResponse(b"".join([event async for event in guarded]), content_type=kind)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Accel-Buffering"] = "no"
    return response
