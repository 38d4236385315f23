"""uvicorn's protocols with an end to their patience: heads that do not come, answers not read.

uvicorn itself waits for ever for the rest of a head, and for a client to take what was written
when it closes the connection.
"""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from admin_system.api import limits


class UnreadWatch:
    """Ends a connection whose client takes less than the least rate of what lies in its buffer."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._left = 0

    def begin(self, transport: asyncio.Transport) -> None:
        """From now on `pause` is called as soon as, and `resume` not before, all is not taken."""
        transport.set_write_buffer_limits(high=0)
        self._transport = transport

    def pause(self) -> None:
        if self._transport is not None and self._timer is None:
            self._left = self._transport.get_write_buffer_size()
            self._wait()

    def resume(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(limits.SEND_SECONDS, self._look)

    def _look(self) -> None:
        assert self._transport is not None  # noqa: S101 - narrows for mypy
        left = self._transport.get_write_buffer_size()
        if self._left - left < limits.SEND_SECONDS * limits.READ_BYTES_PER_SECOND:
            self._timer = None
            self._transport.abort()
        else:
            self._left = left
            self._wait()


class PatientHttp(H11Protocol):
    """Gives the head of a request, from the connection or its first byte on, so many seconds."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._unread = UnreadWatch()
        self._head: asyncio.TimerHandle | None = None
        super().connection_made(transport)
        self._unread.begin(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._expect_head()
        else:
            self._stop_expecting()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._unread.resume()
        super().handle_websocket_upgrade(event)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread.pause()

    def resume_writing(self) -> None:
        self._unread.resume()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_expecting()
        self._unread.resume()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        if self._head is None:
            self._head = self.loop.call_later(limits.HEAD_SECONDS, self.transport.close)

    def _stop_expecting(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None


class PatientSocket(WebSocketsSansIOProtocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._unread = UnreadWatch()
        super().connection_made(transport)
        self._unread.begin(self.transport)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.get_write_buffer_size() > limits.MAX_UNREAD_BYTES:
            self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread.pause()

    def resume_writing(self) -> None:
        self._unread.resume()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unread.resume()
        super().connection_lost(exc)
