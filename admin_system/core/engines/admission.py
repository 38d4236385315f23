"""Counts who runs and who waits, and turns away whom no place is left for."""

from __future__ import annotations

import asyncio
import threading
import time
from types import TracebackType

from admin_system.core.errors import QueueFull

POLL = 0.01
"""Seconds between two looks for a free slot."""


class Place:
    """One request's stay, from its arrival to its end; a context manager that leaves at the end."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._since: float | None = None
        self._left = False
        self._ended = False
        self._engine_ends = False
        self.parts = 1
        """How often `begin` and `end` come: a request may run in several rows."""

    async def start(self) -> None:
        """Waits for a slot, which is free again when the place is left."""
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
        self._waiting = 0
        self._running = 0
        self._mean_seconds = 1.0

    def enter(self) -> Place:
        """Raises QueueFull."""
        with self._lock:
            if self._waiting + self._running >= self.slots + self._max_waiting:
                seconds = self._mean_seconds * max(1, self._waiting) / self.slots
                raise QueueFull(waiting=self._waiting, retry_after=max(1, round(seconds)))
            self._waiting += 1
        return Place(self)

    @property
    def running(self) -> int:
        return self._running

    @property
    def waiting(self) -> int:
        return self._waiting

    def _start(self, place: Place, *, only_free: bool) -> bool:
        with self._lock:
            if place._left or (only_free and self._running >= self.slots):
                return False
            if place._since is not None:
                return True
            self._waiting -= 1
            self._running += 1
            place._since = time.monotonic()
            return True

    def _leave(self, place: Place) -> None:
        with self._lock:
            place._left = True
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
