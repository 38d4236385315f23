"""In front of the WebSockets: a client that reads nothing is given up, and its place is free."""

from __future__ import annotations

import asyncio
import logging

from asgiref.typing import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGIReceiveEvent,
    ASGISendCallable,
    ASGISendEvent,
    Scope,
)

from admin_system.api import limits
from admin_system.api.body_guard import SlowReader

logger = logging.getLogger(__name__)

GONE = 1006
"""RFC 6455, 7.4.1: the connection ended without a word."""


class SocketGuard:
    def __init__(self, inner: ASGI3Application) -> None:
        self.inner = inner

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        guarded = GuardedSocket(receive, send)
        await self.inner(scope, guarded.receive, guarded.send)


class GuardedSocket:
    """Once a frame was not taken in time, the application is told that the client has gone."""

    def __init__(self, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        self._receive = receive
        self._send = send
        self._given_up = False
        self._listening: asyncio.Timeout | None = None

    async def send(self, message: ASGISendEvent) -> None:
        """Raises SlowReader."""
        if self._given_up:
            raise SlowReader
        try:
            async with asyncio.timeout(limits.SEND_SECONDS):
                await self._send(message)
        except TimeoutError:
            self._give_up()
            raise SlowReader from None

    async def receive(self) -> ASGIReceiveEvent:
        if not self._given_up:
            try:
                async with asyncio.timeout(None) as self._listening:
                    return await self._receive()
            except TimeoutError:
                pass
            finally:
                self._listening = None
        return {"type": "websocket.disconnect", "code": GONE, "reason": None}

    def _give_up(self) -> None:
        if not self._given_up:
            self._given_up = True
            logger.info("gave up a WebSocket that is not read")
        if self._listening is not None:
            self._listening.reschedule(asyncio.get_running_loop().time())
