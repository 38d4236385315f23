"""Reads an async generator through a task of its own: waiting can time out, ending is certain."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from admin_system.api.errors import DeadlinePassed
from admin_system.api.limits import DEADLINE_SECONDS, KEEP_ALIVE_SECONDS

T = TypeVar("T")

AHEAD = 16
"""Values that may wait for a slow reader; the generator waits then."""


class Mark(Enum):
    """What a reader says when there is no value."""

    WAITING = "waiting"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Failure:
    """How the generator ended when it did not end well."""

    error: Exception


class StreamReader(Generic[T]):
    """One task runs the generator from its first value to its end, as its time-outs expect.

    Whoever drops a reader without closing it (a response that is cancelled before its first
    byte) ends the generation as well.
    """

    def __init__(self, source: AsyncGenerator[T], deadline: float = DEADLINE_SECONDS) -> None:
        self._seconds = deadline
        self._deadline = time.monotonic() + deadline
        self._loop = asyncio.get_running_loop()
        self._values: asyncio.Queue[T | Mark | Failure] = asyncio.Queue(AHEAD)
        self._task = self._loop.create_task(pump(source, self._values))

    async def read(self, seconds: float) -> T | Mark:
        """Waits at most `seconds`. Raises DeadlinePassed, and whatever the generator raises."""
        left = self._deadline - time.monotonic()
        try:
            if self._values.empty() or left <= 0:
                async with asyncio.timeout(max(0.0, min(seconds, left))):
                    value = await self._values.get()
            else:
                value = self._values.get_nowait()
        except TimeoutError:
            if left <= seconds:
                raise DeadlinePassed(self._seconds) from None
            return Mark.WAITING
        if isinstance(value, Failure):
            raise value.error
        return value

    async def values(self, seconds: float = KEEP_ALIVE_SECONDS) -> AsyncGenerator[T | Mark]:
        """All values, with Mark.WAITING after each silence of `seconds`."""
        while (value := await self.read(seconds)) is not Mark.ENDED:
            yield value

    async def close(self) -> None:
        """Ends the generator, also in the middle of a value."""
        self._task.cancel()
        await asyncio.wait({self._task})

    def __del__(self) -> None:
        if not self._task.done() and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._task.cancel)


async def pump(source: AsyncGenerator[T], values: asyncio.Queue[T | Mark | Failure]) -> None:
    """Knows no reader, so that a reader nobody holds can go."""
    try:
        async with aclosing(source):
            async for value in source:
                await values.put(value)
    except Exception as error:
        await values.put(Failure(error))
    else:
        await values.put(Mark.ENDED)
