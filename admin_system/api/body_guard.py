"""Turns away bodies over the limit before Django reads them, and clients that hold a connection
without sending or reading: ASGI middleware for HTTP."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from contextlib import suppress
from tempfile import gettempdir
from typing import Any

from asgiref.typing import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGIReceiveEvent,
    ASGISendCallable,
    ASGISendEvent,
    Scope,
)

from admin_system.api import limits
from admin_system.api.errors import BodyTooLarge, BodyTooSlow, ServiceStops, to_fault
from admin_system.api.request_id import begin_request
from admin_system.api.sse import encode_event
from admin_system.core.outages import Outage, find_outage
from admin_system.core.types import Language
from admin_system.env import get_env
from admin_system.messages import find_language

logger = logging.getLogger(__name__)

DRAINED = 4
"""Bodies of up to so many times the limit are read to their end and thrown away: most clients
read an answer only after they have sent everything. Larger ones lose their connection."""


class BodyGuard:
    def __init__(self, inner: ASGI3Application) -> None:
        self.inner = inner
        gettempdir()  # looked for now, by writing: a disk that is full later has none

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
            answering = asyncio.ensure_future(self.inner(scope, counted.receive, counted.send))
            try:
                await asyncio.shield(answering)
            except SlowReader:
                logger.info("gave up a client that does not read")
                return
            except OSError as error:  # a large body is kept on the disk while it comes
                outage = find_outage(error)
                if outage is None or counted.answered:
                    raise
                await counted.drain(limit)
                await refuse(outage, headers, send)
                return
            except asyncio.CancelledError:  # the server stops, and waits for nobody any more
                unanswered = counted.close()
                answering.cancel()
                # Told at once: putting things in order may take longer than the server is there.
                if unanswered:
                    await refuse(ServiceStops(), headers, send)
                elif counted.streams:
                    await break_off(headers, send)
                with suppress(asyncio.CancelledError, OSError):
                    await answering
                return
            if counted.answered:
                return
            if counted.too_slow:
                await refuse(BodyTooSlow(), headers, send)
                return
            if not counted.exceeded:
                return
            await counted.drain(limit * DRAINED)
        await refuse(BodyTooLarge(), headers, send)


class SlowReader(OSError):
    """The client has not taken what was sent to it for too long."""


class CountedBody:
    """Passes a body on within the limits; beyond them it tells Django that the client has gone."""

    def __init__(self, receive: ASGIReceiveCallable, send: ASGISendCallable, limit: int) -> None:
        self._receive = receive
        self._send = send
        self._limit = limit
        self._count = 0
        self._complete = False
        self._closed = False
        self._begun = time.monotonic()
        self.too_slow = False
        self.answered = False
        self.streams = False
        """Whether the answer is one of server-sent events that has not ended."""

    @property
    def exceeded(self) -> bool:
        return self._count > self._limit

    async def receive(self) -> ASGIReceiveEvent:
        message = await self._take()
        if self._closed:
            raise asyncio.CancelledError  # ends whoever listened, as the request was ended
        return {"type": "http.disconnect"} if self.exceeded or self.too_slow else message

    async def send(self, message: ASGISendEvent) -> None:
        if not self._closed:
            self.answered = True
            if message["type"] == "http.response.start":
                said = {name.lower(): value for name, value in message["headers"]}
                self.streams = said.get(b"content-type", b"").startswith(b"text/event-stream")
            elif message["type"] == "http.response.body" and not message.get("more_body", False):
                self.streams = False
            try:
                async with asyncio.timeout(limits.SEND_SECONDS):
                    await self._send(message)
            except TimeoutError:
                raise SlowReader from None

    def close(self) -> bool:
        """Nothing is sent from now on; says whether the answer has not begun."""
        self._closed = True
        return not self.answered

    async def drain(self, most: int) -> None:
        while not self._complete and self._count <= most:
            await self._take()

    async def _take(self) -> ASGIReceiveEvent:
        try:
            async with asyncio.timeout(None if self._complete else self._patience()):
                message = await self._receive()
        except TimeoutError:
            self.too_slow = self._complete = True
            return {"type": "http.disconnect"}
        if message["type"] == "http.request":
            self._count += len(message.get("body", b""))
            self._complete = not message.get("more_body", False)
        else:
            self._complete = True
        return message

    def _patience(self) -> float:
        """Seconds that are left for the next part of the body."""
        allowed = limits.BODY_GRACE_SECONDS + self._count / limits.BODY_BYTES_PER_SECOND
        return allowed - (time.monotonic() - self._begun)


async def break_off(headers: dict[bytes, bytes], send: ASGISendCallable) -> None:
    """The last event of a stream whose end did not come in time."""
    event = encode_event(to_fault(ServiceStops(), language_of(headers)).body, "error")
    await send({"type": "http.response.body", "body": event, "more_body": False})


def language_of(headers: dict[bytes, bytes]) -> Language:
    return find_language(headers.get(b"accept-language", b"").decode("latin-1"))


async def refuse(
    error: BodyTooLarge | BodyTooSlow | ServiceStops | Outage,
    headers: dict[bytes, bytes],
    send: ASGISendCallable,
) -> None:
    request_id = begin_request()
    fault = to_fault(error, language_of(headers))
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
