"""One WebSocket connection: lets the caller in, takes frames, runs a task for each request."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from urllib.parse import parse_qs

from asgiref.sync import ThreadSensitiveContext
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError

from admin_system.api.auth import SUBPROTOCOL, find_socket_caller, let_in_again
from admin_system.api.errors import DeadlinePassed, TooManySockets, to_fault
from admin_system.api.limits import DEADLINE_SECONDS, IDLE_SECONDS
from admin_system.api.open_sockets import Holding, open_sockets
from admin_system.api.protocol import frames
from admin_system.api.protocol.frames import Frame
from admin_system.api.request_id import begin_request, get_request_id
from admin_system.api.running import Running
from admin_system.api.stay import Visit
from admin_system.core.access import AccessDenied, Caller
from admin_system.core.metrics import SOCKETS_OPEN
from admin_system.core.tracing import span_of_request
from admin_system.env import get_env
from admin_system.messages import find_language

logger = logging.getLogger(__name__)

NOT_AUTHENTICATED = 4401
WRONG_ORIGIN = 4403
IDLE = 4408
TOO_MANY = 4429
TOO_LARGE = 1009
TRY_AGAIN_LATER = 1013

Work = Callable[[Running], Awaitable[None]]


class ConnectionLost(Exception):
    """The client went away while something was being sent to it."""


class Connection(AsyncWebsocketConsumer):
    """Subclasses say what a frame asks for, in `receive_text` and `receive_binary`."""

    def __init__(self) -> None:
        super().__init__()
        self.caller: Caller | None = None
        """None until, and unless, the caller is let in."""
        self.holding: Holding | None = None
        """Its place among the connections of its caller."""
        self.running: dict[str, Running] = {}
        """By the id of the request."""
        self.idle: asyncio.TimerHandle | None = None
        self.farewell: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        with suppress(ConnectionLost, OSError):  # who has left already is told nothing
            await self.let_in()

    async def let_in(self) -> None:
        """A refused caller is accepted first: only then does the close code reach it.

        Raises ConnectionLost, OSError.
        """
        self.language = find_language(self.wished_language())
        offered = self.scope.get("subprotocols") or []
        await self.accept(SUBPROTOCOL if SUBPROTOCOL in offered else None)
        try:
            caller = await find_socket_caller(self.scope)
            self.holding = await open_sockets.enter(caller.owner)
            SOCKETS_OPEN.inc()
        except AccessDenied as error:
            await self.send_error(None, error)
            if error.status == 403:
                await self.close(WRONG_ORIGIN)
        except TooManySockets as error:
            await self.send_error(None, error)
            await self.close(TOO_MANY)
        except DatabaseError as error:
            await self.send_error(None, error)
            await self.close(TRY_AGAIN_LATER)
        else:
            self.caller = caller
            self.watch_idleness()

    def wished_language(self) -> str:
        """`?language=` of the address, as browsers cannot set headers; else Accept-Language."""
        query = parse_qs(self.scope["query_string"].decode("latin-1"))
        header = dict(self.scope["headers"]).get(b"accept-language", b"").decode("latin-1")
        return query.get("language", [header])[0]

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
        if self.holding is not None:
            SOCKETS_OPEN.dec()
            self.holding.leave()
            self.holding = None
        if self.idle is not None:
            self.idle.cancel()
        tasks = [one.task for one in self.running.values() if one.task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def admit(self, caller: Caller, scope: str) -> Visit:
        """For one request; what the caller may is looked up anew.

        Raises AccessDenied, QuotaExceeded.
        """
        visit = Visit()
        try:
            session = getattr(self.scope.get("session"), "session_key", None)
            self.caller = await let_in_again(visit, scope, caller, session)
        except BaseException:
            visit.end()
            raise
        return visit

    def begin(self, request_id: str, work: Work, visit: Visit) -> None:
        """Starts the answer to one request; the connection hears further frames meanwhile."""
        running = Running(request_id, visit=visit)
        self.running[request_id] = running
        running.task = asyncio.get_running_loop().create_task(self.answer(running, work))

    async def answer(self, running: Running, work: Work) -> None:
        try:
            # nobody is left to be told
            with suppress(ConnectionLost), span_of_request("WebSocket request", {}):
                # Its own thread for its rows: what waits there for the database delays nobody else.
                async with ThreadSensitiveContext():
                    await self.answer_or_tell(running, work)
        finally:
            running.visit.end()
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
        except OSError:  # SlowReader, uvicorn's ClientDisconnected; daphne drops what is not read
            raise ConnectionLost from None

    async def close(self, code: int | bool | None = None, reason: str | None = None) -> None:
        """Nobody is told where nobody is left."""
        with suppress(OSError):
            await super().close(code, reason)

    async def send_error(self, request_id: str | None, error: Exception) -> None:
        fault = to_fault(error, self.language)
        told = frames.error(request_id, fault.body, get_request_id(), fault.retry_after)
        await self.send_frame(told)
        if fault.status == 401:  # the key was revoked, or the user locked, meanwhile
            await self.close(NOT_AUTHENTICATED)

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
