"""A reader can wait without ending the generation, and always ends it in the end."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from admin_system.api.errors import DeadlinePassed
from admin_system.api.stream_reader import Mark, StreamReader


class Source:
    """Counts up slowly, and knows whether it was ended."""

    def __init__(self, pause: float, fails_at: int | None = None) -> None:
        self.pause = pause
        self.fails_at = fails_at
        self.ended = asyncio.Event()

    async def values(self) -> AsyncGenerator[int]:
        try:
            for number in range(3):
                if number == self.fails_at:
                    raise ValueError("broken")
                await asyncio.sleep(self.pause)
                yield number
        finally:
            self.ended.set()

    async def frames(self) -> AsyncGenerator[dict[str, int]]:
        async with aclosing(self.values()) as values:
            async for number in values:
                yield {"number": number}


async def test_values_come_in_order_with_marks_for_silence() -> None:
    reader = StreamReader(Source(0.05).values())
    assert await reader.read(0.001) is Mark.WAITING
    got = [await reader.read(5) for _ in range(4)]
    assert got == [0, 1, 2, Mark.ENDED]


async def test_a_fault_of_the_generator_is_raised_to_the_reader() -> None:
    reader = StreamReader(Source(0, fails_at=1).values())
    assert await reader.read(5) == 0
    with pytest.raises(ValueError, match="broken"):
        await reader.read(5)


async def test_the_deadline_ends_the_waiting() -> None:
    source = Source(30)
    reader = StreamReader(source.values(), deadline=0.02)
    with pytest.raises(DeadlinePassed):
        await reader.read(5)
    await reader.close()
    assert source.ended.is_set()


async def test_closing_ends_the_generator_in_the_middle_of_a_value() -> None:
    source = Source(30)
    reader = StreamReader(source.values())
    assert await reader.read(0.01) is Mark.WAITING
    await reader.close()
    assert source.ended.is_set()


async def test_dropping_a_reader_ends_the_generator() -> None:
    source = Source(30)
    reader = StreamReader(source.values())
    assert await reader.read(0.01) is Mark.WAITING
    del reader
    gc.collect()
    await asyncio.wait_for(source.ended.wait(), 1)
