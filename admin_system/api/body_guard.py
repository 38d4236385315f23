"""Turns away bodies over the limit before Django reads them: ASGI middleware for HTTP."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from asgiref.typing import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGIReceiveEvent,
    ASGISendCallable,
    ASGISendEvent,
    Scope,
)

from admin_system.api.errors import BodyTooLarge, ServiceStops, to_fault
from admin_system.api.request_id import begin_request
from admin_system.env import get_env
from admin_system.messages import find_language

DRAINED = 4
"""Bodies of up to so many times the limit are read to their end and thrown away: most clients
read an answer only after they have sent everything. Larger ones lose their connection."""


class BodyGuard:
    def __init__(self, inner: ASGI3Application) -> None:
        self.inner = inner

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        headers = dict(scope["headers"]) if scope["type"] == "http" else {}
        limit = get_env().max_body_bytes
        stated = headers.get(b"content-length", b"")
        counted = CountedBody(receive, send, limit)
        if stated.isdigit() and int(stated) > limit:
            # A client that asks first (Expect: 100-continue) is told before it sends anything.
            if headers.get(b"expect", b"").lower() != b"100-continue":
                await counted.drain(limit * DRAINED)
        else:
            try:
                await self.inner(scope, counted.receive, counted.send)
            except asyncio.CancelledError:  # the server stops, and waits for nobody any more
                if counted.close():
                    await refuse(ServiceStops(), headers, send)
                return
            if not counted.exceeded or counted.answered:
                return
            await counted.drain(limit * DRAINED)
        await refuse(BodyTooLarge(), headers, send)


class CountedBody:
    """Passes a body on while it is within the limit, then tells Django that the client has gone."""

    def __init__(self, receive: ASGIReceiveCallable, send: ASGISendCallable, limit: int) -> None:
        self._receive = receive
        self._send = send
        self._limit = limit
        self._count = 0
        self._complete = False
        self._closed = False
        self.answered = False

    @property
    def exceeded(self) -> bool:
        return self._count > self._limit

    async def receive(self) -> ASGIReceiveEvent:
        message = await self._take()
        if self._closed:
            raise asyncio.CancelledError  # ends whoever listened, as the request was ended
        return {"type": "http.disconnect"} if self.exceeded else message

    async def send(self, message: ASGISendEvent) -> None:
        if not self._closed:
            self.answered = True
            await self._send(message)

    def close(self) -> bool:
        """Nothing is sent from now on; says whether the answer has not begun."""
        self._closed = True
        return not self.answered

    async def drain(self, most: int) -> None:
        while not self._complete and self._count <= most:
            await self._take()

    async def _take(self) -> ASGIReceiveEvent:
        message = await self._receive()
        if message["type"] == "http.request":
            self._count += len(message.get("body", b""))
            self._complete = not message.get("more_body", False)
        else:
            self._complete = True
        return message


async def refuse(
    error: BodyTooLarge | ServiceStops, headers: dict[bytes, bytes], send: ASGISendCallable
) -> None:
    request_id = begin_request()
    language = find_language(headers.get(b"accept-language", b"").decode("latin-1"))
    fault = to_fault(error, language)
    body: dict[str, Any] = fault.body
    content = json.dumps(body, ensure_ascii=False).encode()
    await send(
        {
            "type": "http.response.start",
            "status": fault.status,
            "headers": [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(content)).encode()),
                (b"connection", b"close"),
                (b"x-request-id", request_id.encode()),
                *((name.lower().encode(), value.encode()) for name, value in fault.headers.items()),
            ],
            "trailers": False,
        }
    )
    await send({"type": "http.response.body", "body": content, "more_body": False})
