"""One WebSocket connection: lets the caller in, takes frames, runs a task for each request."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from channels.generic.websocket import AsyncWebsocketConsumer

from admin_system.api.auth import SUBPROTOCOL, find_socket_caller
from admin_system.api.errors import DeadlinePassed, to_fault
from admin_system.api.limits import DEADLINE_SECONDS, IDLE_SECONDS
from admin_system.api.protocol import frames
from admin_system.api.protocol.frames import Frame
from admin_system.api.request_id import begin_request
from admin_system.api.running import Running
from admin_system.core.access import AccessDenied, Caller
from admin_system.env import get_env
from admin_system.messages import find_language

logger = logging.getLogger(__name__)

NOT_AUTHENTICATED = 4401
WRONG_ORIGIN = 4403
IDLE = 4408
TOO_LARGE = 1009

Work = Callable[[Running], Awaitable[None]]


class ConnectionLost(Exception):
    """The client went away while something was being sent to it."""


class Connection(AsyncWebsocketConsumer):
    """Subclasses say what a frame asks for, in `receive_text` and `receive_binary`."""

    def __init__(self) -> None:
        super().__init__()
        self.caller: Caller | None = None
        """None until, and unless, the caller is let in."""
        self.running: dict[str, Running] = {}
        """By the id of the request."""
        self.idle: asyncio.TimerHandle | None = None
        self.farewell: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """A refused caller is accepted first: only then does the close code reach it."""
        headers = dict(self.scope["headers"])
        self.language = find_language(headers.get(b"accept-language", b"").decode("latin-1"))
        offered = self.scope.get("subprotocols") or []
        await self.accept(SUBPROTOCOL if SUBPROTOCOL in offered else None)
        try:
            self.caller = await find_socket_caller(self.scope)
        except AccessDenied as error:
            await self.send_error(None, error)
            await self.close(WRONG_ORIGIN if error.status == 403 else NOT_AUTHENTICATED)
        else:
            self.watch_idleness()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.caller is None:
            return  # on its way out
        self.watch_idleness()
        begin_request()
        limit = get_env().max_body_bytes
        if bytes_data is not None:
            if len(bytes_data) > limit:
                await self.close(TOO_LARGE)
            else:
                await self.receive_binary(bytes_data)
        elif text_data is not None:
            # Characters are at least a byte each; only what is near the limit is counted exactly.
            if len(text_data) > limit or len(text_data.encode()) > limit:
                await self.close(TOO_LARGE)
            else:
                with suppress(ConnectionLost):
                    await self.receive_text(text_data)

    async def receive_binary(self, data: bytes) -> None:
        raise NotImplementedError

    async def receive_text(self, text: str) -> None:
        raise NotImplementedError

    async def disconnect(self, code: int) -> None:
        if self.idle is not None:
            self.idle.cancel()
        tasks = [one.task for one in self.running.values() if one.task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def begin(self, request_id: str, work: Work) -> None:
        """Starts the answer to one request; the connection hears further frames meanwhile."""
        running = Running(request_id)
        self.running[request_id] = running
        running.task = asyncio.get_running_loop().create_task(self.answer(running, work))

    async def answer(self, running: Running, work: Work) -> None:
        try:
            with suppress(ConnectionLost):  # nobody is left to be told
                await self.answer_or_tell(running, work)
        finally:
            self.running.pop(running.id, None)
            self.watch_idleness()

    async def answer_or_tell(self, running: Running, work: Work) -> None:
        """A fault is told to the client. Raises ConnectionLost."""
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                await work(running)
        except ConnectionLost:
            raise
        except TimeoutError:
            await self.send_error(running.id, DeadlinePassed(DEADLINE_SECONDS))
        except asyncio.CancelledError:
            if not running.stopped:
                raise
            await self.send_frame(running.last_frame())
        except Exception as error:
            await self.send_error(running.id, error)

    async def send_frame(self, frame: Frame) -> None:
        """Raises ConnectionLost."""
        text = json.dumps(frame, ensure_ascii=False, separators=(",", ":"))
        try:
            await self.send(text_data=text)
        except OSError:  # uvicorn's ClientDisconnected; daphne drops what cannot be sent
            raise ConnectionLost from None

    async def send_error(self, request_id: str | None, error: Exception) -> None:
        await self.send_frame(frames.error(request_id, to_fault(error, self.language).body))

    def watch_idleness(self) -> None:
        """Counts anew from this sign of life."""
        if self.idle is not None:
            self.idle.cancel()
        self.idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, self.end_idleness)

    def end_idleness(self) -> None:
        if self.running:
            self.watch_idleness()
        else:
            self.farewell = asyncio.get_running_loop().create_task(self.close(IDLE))
