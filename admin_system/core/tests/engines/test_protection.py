"""What one request does, or a device, does not take the engine down."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from admin_system.core.engines.local import transformers_network
from admin_system.core.engines.local.engine import LocalEngine
from admin_system.core.engines.local.network import Part
from admin_system.core.engines.local.picture_features import encode_picture
from admin_system.core.engines.local.planner import PICTURE_SHARE
from admin_system.core.engines.local.repetition import LONGEST_CYCLE, PATIENCE, goes_in_circles
from admin_system.core.engines.local.transformers_network import TransformersNetwork
from admin_system.core.engines.local.transformers_preparation import PatchPrompt
from admin_system.core.engines.local.watchdog import Watchdog
from admin_system.core.errors import ContextTooLong, EngineFault, ModelNotReady
from admin_system.core.service import ModelService
from admin_system.core.tests.engines.conftest import draw_circle, ignore
from admin_system.core.types import (
    ChatRequest,
    End,
    EngineSpec,
    Message,
    PicturePart,
    Sampling,
    ServiceState,
    TextPart,
    new_request_id,
)

FREED = 2.0
"""Seconds within which a request that is given up frees its row: ten times what is promised, since
other work may share the processor."""


def ask(
    text: str = "你是谁",
    tokens: int = 30,
    picture: bool = False,
    size: tuple[int, int] | None = None,
) -> ChatRequest:
    size = (100, 100) if picture else size
    parts = ((PicturePart(draw_circle(*size)),) if size else ()) + (TextPart(text),)
    return ChatRequest((Message("user", parts),), Sampling(temperature=0, max_tokens=tokens))


async def read(engine: LocalEngine, request: ChatRequest) -> str:
    request = replace(request, id=new_request_id())
    async with aclosing(engine.submit(request)) as answer:
        return "".join([getattr(item, "text", "") async for item in answer])


@pytest.fixture
def engine(local_spec: EngineSpec) -> Iterator[LocalEngine]:
    engine = LocalEngine(replace(local_spec, max_batch=2))
    engine.load(ignore)
    yield engine
    engine.unload()


async def seconds_until_idle(engine: LocalEngine) -> float:
    began = time.monotonic()
    while (stats := engine.stats()).running or stats.waiting:
        assert time.monotonic() - began < 5
        await asyncio.sleep(0.002)
    return time.monotonic() - began


@pytest.mark.parametrize("when", ["reading", "writing", "waiting"])
async def test_a_request_that_is_given_up_frees_its_row(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    original = TransformersNetwork.run

    def slowly(self: TransformersNetwork, parts: Sequence[Part]) -> Any:
        time.sleep(0.05)  # as long as a step of a larger model
        return original(self, parts)

    monkeypatch.setattr(TransformersNetwork, "run", slowly)
    engine._loaded.worker._loop._budget._fixed = 16  # type: ignore[union-attr]
    text = "many words " * 300 if when == "reading" else "你是谁"
    count = 5 if when == "waiting" else 1
    tasks = [asyncio.create_task(read(engine, ask(text, 500))) for _ in range(count)]
    deadline = time.monotonic() + 20
    while (stats := engine.stats()).running + stats.waiting < count or (
        when == "writing" and not stats.generated_tokens
    ):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.002)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await seconds_until_idle(engine) < FREED


async def test_a_pass_that_fails_ends_only_who_is_at_fault(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = await read(engine, ask())
    original = TransformersNetwork.run

    def fail_for_pictures(self: TransformersNetwork, parts: Sequence[Part]) -> Any:
        if any(self._rows[part.row].prompt.spans for part in parts):
            raise RuntimeError("DefaultCPUAllocator: not enough memory")
        return original(self, parts)

    monkeypatch.setattr(TransformersNetwork, "run", fail_for_pictures)
    answers = await asyncio.gather(
        read(engine, ask()), read(engine, ask(picture=True)), return_exceptions=True
    )
    assert answers[0] == alone
    assert isinstance(answers[1], EngineFault)
    assert answers[1].code == "generation_out_of_memory"


async def test_a_large_picture_leaves_room_for_words(local_spec: EngineSpec) -> None:
    """Its budget would fill the conversation five times."""
    engine = LocalEngine(replace(local_spec, max_pixels=2_000_000, context_length=512))
    info = engine.load(ignore)
    assert info.pixels is not None
    assert info.pixels.max_pixels == int(512 * PICTURE_SHARE) * 28**2
    assert engine.pixel_budget == info.pixels
    large = ask("框出红色圆形", size=(1600, 1200), tokens=40)
    assert await read(engine, large)
    with pytest.raises(ContextTooLong):
        await read(engine, replace(large, messages=large.messages * 3))
    engine.unload()


async def test_a_picture_that_cannot_be_seen_ends_its_request_alone(
    local_spec: EngineSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = LocalEngine(replace(local_spec, max_batch=2), reuse=False)  # each is looked at
    engine.load(ignore)
    alone = await read(engine, ask())
    shown = await read(engine, ask(picture=True))
    original = encode_picture
    engine._loaded.worker._loop._network.features.clear()  # type: ignore[union-attr]

    def fail_for_squares(model: Any, prompt: PatchPrompt, number: int, *rest: Any) -> Any:
        if prompt.grids[number][1] == prompt.grids[number][2]:
            raise ValueError("no picture")
        return original(model, prompt, number, *rest)

    monkeypatch.setattr(transformers_network, "encode_picture", fail_for_squares)
    asked = [ask(picture=True), ask(), ask(size=(200, 100)), ask(picture=True)]
    answers = await asyncio.gather(
        *(read(engine, request) for request in asked), return_exceptions=True
    )
    assert [isinstance(answer, EngineFault) for answer in answers] == [True, False, False, True]
    assert answers[1] == alone
    monkeypatch.undo()
    assert await read(engine, ask(picture=True)) == shown  # the fault was not remembered
    assert await read(engine, ask(size=(200, 100))) == answers[2]
    engine.unload()


async def test_a_picture_that_takes_long_says_nothing_of_words(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the prompts behind it would be read in scraps."""
    learned: list[float] = []
    worked: list[float] = []

    def slowly(*args: Any) -> Any:
        time.sleep(0.3)
        return encode_picture(*args)

    loop = engine._loaded.worker._loop  # type: ignore[union-attr]
    assert loop is not None
    monkeypatch.setattr(transformers_network, "encode_picture", slowly)
    monkeypatch.setattr(loop._budget, "learn", lambda _, seconds: learned.append(seconds))
    monkeypatch.setattr(loop._meter, "add", lambda _, seconds: worked.append(seconds))
    await read(engine, ask(size=(130, 70)))
    assert worked[0] - learned[0] >= 0.3
    assert worked[1:] == learned[1:]


async def test_memory_that_was_short_once_is_given_back_and_the_answer_goes_on(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    expected = await read(engine, ask(picture=True))
    original, failures = TransformersNetwork.run, [1, 1]

    def fail_twice(self: TransformersNetwork, parts: Sequence[Part]) -> Any:
        if failures and len(parts) == failures.pop():
            raise torch.OutOfMemoryError("full")
        return original(self, parts)

    monkeypatch.setattr(TransformersNetwork, "run", fail_twice)
    with pytest.raises(EngineFault):
        await read(engine, ask(picture=True))
    failures.append(1)
    assert await read(engine, ask(picture=True)) == expected


def test_circles_are_told_from_lists() -> None:
    cycle = [1, 2, 3]
    assert goes_in_circles([*range(400, 416 + LONGEST_CYCLE), *cycle * (PATIENCE // 3 + 6)][-288:])
    assert goes_in_circles([7] * (PATIENCE + LONGEST_CYCLE))
    assert not goes_in_circles([7] * (PATIENCE - 1))
    assert not goes_in_circles(list(range(2 * PATIENCE)))
    assert not goes_in_circles([7] * (PATIENCE + LONGEST_CYCLE - 16) + [8] * 16)
    page = list(range(100))  # a whole paragraph again and again, but not a few times
    assert goes_in_circles([5, 6, 7, 8] * 4 + page * 8)
    assert not goes_in_circles([5] * 4 + page * 6 + [5] * 4)
    assert not goes_in_circles([5] * 8 + page * 6)


def test_a_watchdog_tells_a_stuck_step_from_a_slow_one() -> None:
    stuck = threading.Event()
    watchdog = Watchdog(stuck.set, least_seconds=0.1)
    watchdog.start()
    watchdog.began()
    time.sleep(0.05)
    watchdog.ended()
    assert watchdog.limit > 2  # as slow as the steps of this device are
    assert not stuck.wait(0.3)
    watchdog._slowest = 0.0
    watchdog.began()
    assert stuck.wait(2)
    watchdog.close()


async def test_an_unload_does_not_wait_for_ever_for_a_step_that_is_stuck(
    local_spec: EngineSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("admin_system.core.engines.local.worker.STUCK_SECONDS", 0.1)
    engine = LocalEngine(local_spec)
    engine.load(ignore)
    began, let_go = threading.Event(), threading.Event()

    def hang(self: TransformersNetwork, parts: Sequence[Part]) -> Any:
        began.set()
        let_go.wait(60)
        raise RuntimeError("too late")

    monkeypatch.setattr(TransformersNetwork, "run", hang)
    answer = asyncio.create_task(read(engine, ask()))
    await asyncio.to_thread(began.wait, 10)
    worker = engine._loaded.worker  # type: ignore[union-attr]
    unload = asyncio.create_task(asyncio.to_thread(engine.unload))
    await asyncio.sleep(0.1)
    worker._watchdog._least = worker._watchdog._slowest = 0.0  # stuck, from now on
    try:
        await asyncio.wait_for(asyncio.shield(unload), 10)
        with pytest.raises(EngineFault):
            await answer
    finally:
        let_go.set()
        await unload


async def test_a_lost_device_fails_what_runs_and_the_model_comes_back(
    local_spec: EngineSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = ModelService(tmp_path / "model.lock")
    service.load(local_spec)
    await asyncio.to_thread(service.wait, 60)
    lost = {"device": True}
    original = TransformersNetwork.run

    def lose(self: TransformersNetwork, parts: Sequence[Part]) -> Any:
        if lost.pop("device", False):
            raise RuntimeError("CUDA error: device-side assert triggered")
        return original(self, parts)

    async def answer() -> End:
        async with aclosing(service.stream(ask())) as stream:
            async for item in stream:
                if isinstance(item, End):
                    return item
        raise AssertionError

    monkeypatch.setattr(TransformersNetwork, "run", lose)
    with pytest.raises(EngineFault) as caught:
        await answer()
    assert caught.value.code == "engine_failed"
    assert service.status().breakdowns == 1  # known as soon as anybody is told
    deadline = time.monotonic() + 60
    while service.status().state is not ServiceState.READY:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    assert (await answer()).text
    lost["device"] = True
    service._breakdowns = [time.monotonic()] * 4  # it has broken down too often
    with pytest.raises(EngineFault):
        await answer()
    while (status := service.status()).state is not ServiceState.FAILED:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    assert status.error == ("engine_failed", {})
    with pytest.raises(ModelNotReady):
        await answer()
    await asyncio.to_thread(service.close)
