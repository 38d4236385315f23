"""A kept answer gets its end also where whoever asked leaves at an awkward moment; the database is
one that takes its time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from admin_system.api import kept_turns
from admin_system.api.kept_turns import KeptTurn, begin_turn, keep_answer
from admin_system.api.protocol.frames import Frame
from admin_system.api.protocol.turns import TurnFrame
from admin_system.core.models import Message

PATIENCE = 10.0


class SlowDatabase:
    """Begins and ends turns when it is let; until then what waits for it can be cancelled."""

    def __init__(self) -> None:
        self.asked, self.let = asyncio.Event(), asyncio.Event()
        self.answer = Message(role=Message.Role.ASSISTANT)
        self.kept = asyncio.Event()
        self.fields: dict[str, Any] = {}

    async def begin(self, frame: TurnFrame, owner: str, pictures: list[Any]) -> KeptTurn:
        await self._wait()
        return KeptTurn(frame, self.answer, ())

    async def store(self, answer: Message, fields: dict[str, Any]) -> None:
        await self._wait()
        assert answer is self.answer
        self.fields = fields
        self.kept.set()

    async def _wait(self) -> None:
        self.asked.set()
        await self.let.wait()


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> SlowDatabase:
    slow = SlowDatabase()
    monkeypatch.setattr(kept_turns, "begin", slow.begin)
    monkeypatch.setattr(kept_turns, "store", slow.store)
    return slow


async def cancel(task: asyncio.Task[Any]) -> None:
    """And let it hear of it, though it may go on waiting."""
    task.cancel()
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_turn_left_while_it_is_begun_gets_an_end(database: SlowDatabase) -> None:
    frame = TurnFrame.model_validate({"conversation": "c", "message": "hello"})
    task = asyncio.create_task(begin_turn(frame, "user:1", []))
    async with asyncio.timeout(PATIENCE):
        await database.asked.wait()
        await cancel(task)
        await cancel(task)
        database.let.set()
        await database.kept.wait()
    assert task.cancelled()
    assert database.fields == {"finish_reason": "cancelled"}


async def test_a_stopped_answer_whose_reader_leaves_keeps_what_had_come(
    database: SlowDatabase,
) -> None:
    """To stop cancels the answer, to leave cancels it once more, while its end is being stored."""

    async def frames() -> AsyncGenerator[Frame]:
        yield {"type": "delta", "content": "as far as"}
        await asyncio.Event().wait()

    async def read() -> None:
        async for _ in keep_answer(database.answer, frames(), "en"):
            come.set()

    come = asyncio.Event()
    task = asyncio.create_task(read())
    async with asyncio.timeout(PATIENCE):
        await come.wait()
        await cancel(task)
        await database.asked.wait()
        await cancel(task)
        database.let.set()
        await database.kept.wait()
    assert task.cancelled()
    assert (database.fields["finish_reason"], database.fields["content"]) == (
        "cancelled",
        "as far as",
    )


async def test_an_answer_whose_kept_frame_is_not_taken_gets_an_end(database: SlowDatabase) -> None:
    async def frames() -> AsyncGenerator[Frame]:
        yield {"type": "kept", "id": "one"}

    database.let.set()
    answer = keep_answer(database.answer, frames(), "en")
    assert (await anext(answer))["type"] == "kept"
    await answer.aclose()
    assert database.fields["finish_reason"] == "cancelled"
