"""Counts HTTP requests by the pattern of their address, and how long they take: ASGI middleware."""

from __future__ import annotations

import re
import time
from functools import lru_cache

from asgiref.typing import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGISendCallable,
    ASGISendEvent,
    Scope,
)
from django.http import HttpRequest

from admin_system.api.stay import current
from admin_system.core.metrics import HTTP_OPEN, HTTP_REQUESTS, HTTP_SECONDS, HTTP_STREAMS
from admin_system.core.tracing import span_of_request

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
"""Of addresses that no pattern knows, of files of the pages, and of unusual methods."""
STREAM = b"text/event-stream"
VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")


class Measured:
    """Inside `stay.Visits`: the visit learns the pattern while Django answers."""

    def __init__(self, inner: ASGI3Application) -> None:
        self.inner = inner

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        began = time.monotonic()
        status, streams = "none", False

        async def note(event: ASGISendEvent) -> None:
            nonlocal status, streams
            if event["type"] == "http.response.start":
                status = str(event["status"])
                said = {name.lower(): text for name, text in event["headers"]}
                if said.get(b"content-type", b"").startswith(STREAM) and not streams:
                    streams = True
                    HTTP_STREAMS.inc()
            await send(event)

        HTTP_OPEN.inc()
        try:
            with span_of_request("HTTP", read_trace(scope)) as opened:
                try:
                    await self.inner(scope, receive, note)
                finally:
                    if opened is not None:
                        method, route = find_labels(scope)
                        opened.update_name(f"{method} {route}")
                        opened.set_attribute("http.request.method", method)
                        opened.set_attribute("http.route", route)
                        if status.isdigit():
                            opened.set_attribute("http.response.status_code", int(status))
        finally:
            HTTP_OPEN.dec()
            if streams:
                HTTP_STREAMS.dec()
            labels = find_labels(scope)
            HTTP_REQUESTS.labels(*labels, status).inc()
            HTTP_SECONDS.labels(*labels).observe(time.monotonic() - began)


def find_labels(scope: Scope) -> tuple[str, str]:
    """Method and route; known at the end of the visit."""
    visit = current.get()
    method = scope["method"] if scope["type"] == "http" else OTHER
    return method if method in METHODS else OTHER, (visit and visit.route) or OTHER


def read_trace(scope: Scope) -> dict[str, str]:
    """What the caller says of the span that it asks from."""
    headers = scope["headers"] if scope["type"] == "http" else []
    return {
        name.decode(): value.decode("latin-1")
        for name, value in headers
        if name in (b"traceparent", b"tracestate")
    }


def find_route(request: HttpRequest) -> str:
    """Empty where no pattern has matched."""
    match = request.resolver_match
    return name_route(match.route) if match is not None and match.route else ""


@lru_cache(maxsize=1000)
def name_route(pattern: str) -> str:
    """`api/documents/<int:document_id>/` -> `/api/documents/{document_id}`; a regular expression
    stays one."""
    return "/" + VARIABLE.sub(r"{\1}", pattern).strip("/")
