"""Counts who runs and who waits, and turns away whom no place is left for."""

from __future__ import annotations

import asyncio
import threading
import time
from types import TracebackType

from admin_system.core.errors import QueueFull
from admin_system.core.metrics import WAITING_SECONDS
from admin_system.core.tracing import stages

POLL = 0.01
"""Seconds between two looks for a free slot."""


class Place:
    """One request's stay, from its arrival to its end; a context manager that leaves at the end."""

    def __init__(self, admission: Admission, request_id: str) -> None:
        self._admission = admission
        self.request_id = request_id
        self._came = time.monotonic()
        self._stages = stages.get()
        self._since: float | None = None
        self._left = False
        self._ended = False
        self._engine_ends = False
        self.parts = 1
        """How often `begin` and `end` come: a request may run in several rows."""

    async def start(self) -> None:
        """Waits for a slot, in the order of coming; it is free again when the place is left."""
        self._admission._line_up(self)
        # An asyncio.Event belongs to one loop, and those who wait may be on several.
        while not self._admission._start(self, only_free=True):  # noqa: ASYNC110
            await asyncio.sleep(POLL)

    def begin(self) -> bool:
        """For an engine that runs the request on its own thread and calls `end`, even when the
        reader has left before. False where the reader has left already."""
        self._engine_ends = True
        return self._admission._start(self, only_free=False)

    def end(self) -> None:
        self.parts -= 1
        if self.parts <= 0:
            self._admission._end(self)

    def __enter__(self) -> Place:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._admission._leave(self)


class Admission:
    """`slots` run at once, `max_waiting` more may wait; callable from any thread."""

    def __init__(self, slots: int, max_waiting: int) -> None:
        self.slots = slots
        self._max_waiting = max_waiting
        self._lock = threading.Lock()
        self._line: list[Place] = []
        """Who waits in `start`, as they came."""
        self._waiting = 0
        self._running = 0
        self._mean_seconds = 1.0

    def enter(self, request_id: str = "") -> Place:
        """Raises QueueFull."""
        with self._lock:
            if self._waiting + self._running >= self.slots + self._max_waiting:
                seconds = self._mean_seconds * max(1, self._waiting) / self.slots
                raise QueueFull(waiting=self._waiting, retry_after=max(1, round(seconds)))
            self._waiting += 1
        return Place(self, request_id)

    def position(self, request_id: str) -> int | None:
        """Of a request that waits in `start`, from 1; from any thread."""
        with self._lock:
            ids = [place.request_id for place in self._line]
        return ids.index(request_id) + 1 if request_id in ids else None

    @property
    def running(self) -> int:
        return self._running

    @property
    def waiting(self) -> int:
        return self._waiting

    def _line_up(self, place: Place) -> None:
        with self._lock:
            self._line.append(place)

    def _start(self, place: Place, *, only_free: bool) -> bool:
        with self._lock:
            if place._left or (only_free and not self._has_turn(place)):
                return False
            if place in self._line:
                self._line.remove(place)
            if place._since is not None:
                return True
            self._waiting -= 1
            self._running += 1
            place._since = time.monotonic()
        WAITING_SECONDS.observe(place._since - place._came)
        if place._stages is not None:
            place._stages.started = place._since
        return True

    def _has_turn(self, place: Place) -> bool:
        return self._running < self.slots and self._line[0] is place

    def _leave(self, place: Place) -> None:
        with self._lock:
            place._left = True
            if place in self._line:
                self._line.remove(place)
            if place._since is None:
                self._waiting -= 1
                return
        if not place._engine_ends:
            self._end(place)

    def _end(self, place: Place) -> None:
        with self._lock:
            if place._ended or place._since is None:
                return
            place._ended = True
            self._running -= 1
            seconds = time.monotonic() - place._since
            self._mean_seconds += 0.2 * (seconds - self._mean_seconds)
