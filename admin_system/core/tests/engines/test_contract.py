"""Promises that every engine keeps: echo, local with the miniature, remote over a real socket."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import aclosing

import pytest

from admin_system.core.engines.base import Engine
from admin_system.core.errors import BadRequest, CoreError, EngineFault, QueueFull, UpstreamError
from admin_system.core.tests.engines.conftest import draw_circle, ignore
from admin_system.core.types import (
    ChatRequest,
    Delta,
    End,
    EngineSpec,
    Message,
    PicturePart,
    Sampling,
    TextPart,
)

QUESTION = "描述这张图片，说说里面有什么"


def ask(
    text: str = QUESTION, *, picture: bool = True, sampling: Sampling | None = None
) -> ChatRequest:
    parts = ((PicturePart(draw_circle(200, 150)),) if picture else ()) + (TextPart(text),)
    return ChatRequest((Message("user", parts),), sampling or Sampling(temperature=0))


async def read(engine: Engine, request: ChatRequest) -> tuple[list[str], End]:
    async with aclosing(engine.submit(request)) as answer:
        items = [item async for item in answer]
    assert isinstance(items[-1], End)
    deltas = [item.text for item in items[:-1] if isinstance(item, Delta)]
    assert len(deltas) == len(items) - 1
    assert all(deltas)
    return deltas, items[-1]


async def wait_until_idle(engine: Engine) -> None:
    deadline = time.monotonic() + 1
    while engine.stats().running and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def test_an_answer_is_deltas_and_one_end(engine: Engine) -> None:
    deltas, end = await read(engine, ask())
    assert len(deltas) > 1
    assert end.finish_reason == "stop"
    assert end.usage.prompt_tokens > 12  # the picture's tokens count
    assert end.usage.completion_tokens >= len(deltas)
    assert (await read(engine, ask()))[0] == deltas
    await wait_until_idle(engine)
    stats = engine.stats()
    assert (stats.running, stats.waiting) == (0, 0)
    assert stats.generated_tokens >= len(deltas)
    assert stats.tokens_per_second is not None


async def test_a_longer_question_costs_more_prompt_tokens(engine: Engine) -> None:
    _, short = await read(engine, ask("你好", picture=False))
    _, long = await read(engine, ask("你好" * 20, picture=False))
    _, seen = await read(engine, ask("你好", picture=True))
    assert long.usage.prompt_tokens > short.usage.prompt_tokens
    assert seen.usage.prompt_tokens >= short.usage.prompt_tokens + 8


async def test_max_tokens_ends_an_answer(engine: Engine) -> None:
    _, end = await read(engine, ask(sampling=Sampling(temperature=0, max_tokens=2)))
    assert end.finish_reason == "length"
    assert end.usage.completion_tokens == 2


@pytest.mark.parametrize("place", [0, 1, 2, 5])
async def test_a_stop_string_is_never_emitted_even_across_pieces(
    engine: Engine, place: int
) -> None:
    deltas, _ = await read(engine, ask())
    text = "".join(deltas)
    border = len(deltas[0]) if place == 0 else place
    stop = text[border - 1 : border + 2] if border else text[:2]
    stopped, end = await read(
        engine, ask(sampling=Sampling(temperature=0, stop=(stop, "never said")))
    )
    assert "".join(stopped) == text[: text.find(stop)]
    assert end.finish_reason == "stop"


async def test_a_stop_string_that_only_begins_is_emitted(engine: Engine) -> None:
    deltas, _ = await read(engine, ask())
    text = "".join(deltas)
    unmet = Sampling(temperature=0, stop=(text[-2:] + "never",))
    assert "".join((await read(engine, ask(sampling=unmet)))[0]) == text


async def test_a_reader_that_leaves_frees_its_place(engine: Engine) -> None:
    answer = engine.submit(ask())
    assert isinstance(await anext(answer), Delta)
    await answer.aclose()
    await wait_until_idle(engine)
    assert (engine.stats().running, engine.stats().waiting) == (0, 0)


async def test_a_cancelled_task_frees_its_place(engine: Engine) -> None:
    tasks = [asyncio.create_task(read(engine, ask())) for _ in range(3)]
    await asyncio.sleep(0.02)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await wait_until_idle(engine)
    assert (engine.stats().running, engine.stats().waiting) == (0, 0)
    assert (await read(engine, ask()))[1].finish_reason == "stop"


async def test_two_at_once_are_both_answered_as_alone(engine: Engine) -> None:
    alone = [await read(engine, ask()), await read(engine, ask("你是谁", picture=False))]
    together = await asyncio.gather(read(engine, ask()), read(engine, ask("你是谁", picture=False)))
    assert list(together) == alone


async def test_a_seed_gives_the_same_answer_again(engine: Engine) -> None:
    sampling = Sampling(temperature=1.8, top_p=0.95, top_k=50, seed=7, max_tokens=40)
    first = await read(engine, ask(sampling=sampling))
    assert await read(engine, ask(sampling=sampling)) == first


async def test_a_conversation_beyond_the_context_is_the_callers_fault(engine: Engine) -> None:
    with pytest.raises((BadRequest, UpstreamError)) as caught:
        await read(engine, ask("很长的问题 " * 4000, picture=False))
    if isinstance(caught.value, UpstreamError):
        assert caught.value.status == 400
    else:
        assert caught.value.code == "context_length_exceeded"
    assert (await read(engine, ask()))[1].finish_reason == "stop"


async def test_unloading_ends_what_runs_and_a_new_load_answers(engine: Engine) -> None:
    before = await read(engine, ask())
    tasks = [asyncio.create_task(read(engine, ask())) for _ in range(6)]
    async with aclosing(engine.submit(ask())) as answer:
        await anext(answer)
        await asyncio.to_thread(engine.unload)
    ended = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)
    faults = [fault for fault in ended if isinstance(fault, BaseException)]
    assert faults
    assert all(isinstance(fault, EngineFault) for fault in faults)
    with pytest.raises(EngineFault):
        await read(engine, ask())
    await asyncio.to_thread(engine.load, ignore)
    assert await read(engine, ask()) == before


def test_an_abandoned_loop_does_not_harm_the_engine(engine: Engine) -> None:
    """A loop that is closed in the middle of an answer, as a killed request thread leaves it."""

    def begin_and_leave() -> None:
        loop = asyncio.new_event_loop()
        answer = engine.submit(ask())
        loop.run_until_complete(anext(answer))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    thread = threading.Thread(target=begin_and_leave)
    thread.start()
    thread.join()
    assert asyncio.run(read(engine, ask()))[1].finish_reason == "stop"


@pytest.mark.parametrize("engine", ["echo", "local"], indirect=True)
async def test_a_full_queue_turns_away_with_a_time(engine: Engine) -> None:
    slots = engine.stats().slots
    room = slots + engine.spec.max_waiting
    results = await asyncio.gather(
        *(read(engine, ask()) for _ in range(room + 2)), return_exceptions=True
    )
    full = [result for result in results if isinstance(result, QueueFull)]
    assert len(full) == 2
    assert all(error.retry_after >= 1 for error in full)
    assert sum(isinstance(result, CoreError) for result in results) == 2


@pytest.mark.parametrize("engine", ["echo"], indirect=True)
async def test_echo_finds_what_it_is_told_to_find(engine: Engine) -> None:
    request = ask("框出红色圆形")
    deltas, _ = await read(engine, request)
    (box,) = engine.find_boxes("".join(deltas), request)
    assert (box.label, box.x1, box.y1, box.x2, box.y2) == ("红色圆形", 50, 38, 150, 113)


def test_an_echo_engine_needs_nothing_but_its_name() -> None:
    assert EngineSpec("clients", "echo").kind == "echo"
