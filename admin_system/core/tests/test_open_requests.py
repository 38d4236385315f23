"""A request is listed while it lasts; stopping it ends it cleanly, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from admin_system.core.open_requests import OpenRequests
from admin_system.core.service import ModelService
from admin_system.core.types import ChatRequest, Delta, End, EngineSpec, Message, Sampling

LONG = "word " * 2000


@pytest.fixture
def service(tmp_path: Path) -> Iterator[ModelService]:
    service = ModelService(tmp_path / "model.lock")
    service.load(EngineSpec("echo", "echo"))
    service.wait(10)
    yield service
    service.close()


def ask(owner: str = "local") -> ChatRequest:
    return ChatRequest((Message.of_text("user", LONG),), owner=owner)


async def read(answer: AsyncGenerator[Delta | End]) -> End:
    async with aclosing(answer):
        async for piece in answer:
            if isinstance(piece, End):
                return piece
    raise AssertionError("no End")


async def wait_until_open(service: ModelService, count: int) -> None:
    async with asyncio.timeout(10):
        while sum(one.pieces > 0 for one in service.requests.find()) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_request_is_listed_from_its_beginning_to_its_end(service: ModelService) -> None:
    request = ask("key:1")
    async with aclosing(service.stream(request)) as answer:
        await anext(answer)
        [one] = service.requests.find("key:1")
        assert (one.id, one.model, one.pieces) == (request.id, "echo", 1)
        assert one.first_after is not None
        assert service.requests.find("key:2") == []
    assert service.requests.find() == []
    assert len(service.requests.first_tokens(since=0.0)) == 1


async def test_stopping_one_from_another_thread_leaves_the_others(service: ModelService) -> None:
    first, second = ask(), ask()
    tasks = [asyncio.create_task(read(service.stream(one))) for one in (first, second)]
    await wait_until_open(service, 2)
    assert await asyncio.to_thread(service.requests.stop, first.id) is not None
    end = await asyncio.wait_for(tasks[0], 5)
    assert end.finish_reason == "cancelled"
    assert end.text
    assert LONG.startswith(end.text)
    assert tasks[0].cancelling() == 0, "whoever reads the answer is not cancelled itself"
    await wait_until_open(service, 1)
    assert [one.id for one in service.requests.find()] == [second.id]
    assert service.requests.stop(second.id, owner="key:9") is None
    service.requests.stop(second.id)
    assert (await asyncio.wait_for(tasks[1], 5)).finish_reason == "cancelled"


async def test_a_reader_that_is_busy_hears_of_it_with_the_next_piece(service: ModelService) -> None:
    request = ask()
    async with aclosing(service.stream(request)) as answer:
        await anext(answer)
        service.requests.stop(request.id)
        await asyncio.sleep(0.05)  # the reader does something else; nothing interrupts it
        pieces = [piece async for piece in answer]
    assert [type(piece) for piece in pieces] == [End]


async def test_a_cancellation_from_elsewhere_goes_on_its_way(service: ModelService) -> None:
    task = asyncio.create_task(read(service.stream(ask())))
    await wait_until_open(service, 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await read(service.stream(ask()))
    assert service.requests.find() == []


async def test_stopping_and_leaving_at_once_is_leaving(service: ModelService) -> None:
    request = ask()
    task = asyncio.create_task(read(service.stream(request)))
    await wait_until_open(service, 1)
    service.requests.stop(request.id)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_all_answers_to_one_request_are_stopped() -> None:
    async def answer() -> AsyncGenerator[Delta | End]:
        yield Delta("a", choice=1)
        await asyncio.sleep(60)

    requests = OpenRequests()
    asked = ChatRequest((Message.of_text("user", "x"),), Sampling(n=3))
    source = answer()
    async with aclosing(source), aclosing(requests.watch(asked, "m", source)) as watched:
        await anext(watched)
        asyncio.get_running_loop().call_later(0.05, requests.stop, asked.id)
        end = await anext(watched)
    assert isinstance(end, End)
    assert [one.finish_reason for one in end.endings] == ["cancelled"] * 3
