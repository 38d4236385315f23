"""Who runs and who waits is counted truly, whoever leaves first."""

from __future__ import annotations

import asyncio

import pytest

from admin_system.core.engines.admission import Admission
from admin_system.core.errors import QueueFull


def counts(admission: Admission) -> tuple[int, int]:
    return admission.running, admission.waiting


async def test_who_waits_starts_when_a_slot_is_free() -> None:
    admission = Admission(slots=1, max_waiting=1)
    with admission.enter() as first:
        await first.start()
        with admission.enter() as second:
            assert counts(admission) == (1, 1)
            with pytest.raises(QueueFull) as caught:
                admission.enter()
            assert caught.value.values == {"waiting": 1}
            waits = asyncio.create_task(second.start())
            await asyncio.sleep(0.03)
            assert not waits.done()
            first.end()
            await waits
            assert counts(admission) == (1, 0)
    assert counts(admission) == (0, 0)


def test_a_reader_that_leaves_while_waiting_is_not_begun() -> None:
    admission = Admission(slots=1, max_waiting=1)
    with admission.enter() as place:
        pass
    assert counts(admission) == (0, 0)
    assert not place.begin()
    place.end()
    assert counts(admission) == (0, 0)


def test_a_request_on_the_engines_thread_runs_until_the_engine_ends_it() -> None:
    admission = Admission(slots=1, max_waiting=0)
    with admission.enter() as place:
        assert place.begin()
    assert counts(admission) == (1, 0)  # its reader has left, its step is not over
    with pytest.raises(QueueFull):
        admission.enter()
    place.end()
    place.end()
    assert counts(admission) == (0, 0)


async def test_who_came_first_starts_first_and_everybody_knows_the_place() -> None:
    admission = Admission(slots=1, max_waiting=5)
    started: list[str] = []

    async def stay(name: str) -> None:
        with admission.enter(name) as place:
            await place.start()
            started.append(name)
            await asyncio.sleep(0.03)

    names = ["a", "b", "c", "d"]
    tasks = []
    for name in names:
        tasks.append(asyncio.create_task(stay(name)))
        await asyncio.sleep(0)
    assert [admission.position(name) for name in names] == [None, 1, 2, 3]
    tasks[2].cancel()
    await asyncio.gather(tasks[2], return_exceptions=True)
    assert [admission.position(name) for name in names] == [None, 1, None, 2]
    await asyncio.gather(*tasks, return_exceptions=True)
    assert started == ["a", "b", "d"]
    assert counts(admission) == (0, 0)
    assert admission.position("d") is None
