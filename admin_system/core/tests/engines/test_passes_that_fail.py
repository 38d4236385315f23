"""A pass may fail at any place, its numbers too, and nobody else's answer is another one for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from admin_system.core.engines.local import transformers_network, worker
from admin_system.core.engines.local.engine import LocalEngine
from admin_system.core.engines.local.network import Part
from admin_system.core.engines.local.picture_features import encode_picture
from admin_system.core.engines.local.transformers_network import TransformersNetwork
from admin_system.core.errors import EngineFault
from admin_system.core.tests.engines.conftest import ignore
from admin_system.core.tests.engines.opened import OLDEST, open_rows, write_family
from admin_system.core.tests.engines.opened import begin as begin_row
from admin_system.core.tests.engines.test_protection import ask, read
from admin_system.core.tokenizers.qwen import QwenTokenizer
from admin_system.core.types import ChatRequest, End, EngineSpec, Message, Sampling


@pytest.fixture
def engine(local_spec: EngineSpec) -> Iterator[LocalEngine]:
    engine = LocalEngine(replace(local_spec, max_batch=2))
    engine.load(ignore)
    yield engine
    engine.unload()


@pytest.mark.parametrize("family", ["qwen2_5_vl", "qwen3_5", "qwen4_exp", OLDEST])
def test_a_pass_that_fails_at_its_end_can_be_run_again(family: str, tmp_path: Path) -> None:
    """A prompt in any family; the next token wherever a row can be read again."""
    folder = write_family(family, tmp_path / family)
    network, other = (open_rows(folder, "off") for _ in range(2))
    ids = torch.arange(5, 45)
    parts = [Part(1, 0, ids.tolist()), Part(1, len(ids), [7])]
    head: Any = network._model.lm_head  # type: ignore[attr-defined]
    with torch.inference_mode():
        for one in (network, other):
            begin_row(one, 1, ids)
        for part in parts:
            expected = other.run([part])

            def fail(*_: Any) -> None:
                raise torch.OutOfMemoryError("full")

            handle = head.register_forward_pre_hook(fail)
            with pytest.raises(torch.OutOfMemoryError):
                network.run([part])
            handle.remove()
            if family == "qwen4_exp" and part.start:
                with pytest.raises(RuntimeError, match="left a part"):
                    network.run([part])
            else:
                torch.testing.assert_close(network.run([part]), expected)


async def test_numbers_that_overflow_end_one_answer_and_spoil_no_other(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As half precision does: the keys of the request at fault are not finite either."""
    alone = await read(engine, ask())
    shown = await read(engine, ask(picture=True))
    original = TransformersNetwork.run

    def overflow(self: TransformersNetwork, parts: Sequence[Part]) -> Any:
        logits = original(self, parts)
        wanted = [part.row for part in parts if part.wanted]
        for part in parts:
            if self._rows[part.row].prompt.spans:
                for tensor in (*self._opened.keys, *self._opened.values):
                    tensor[part.row, :, 4 : part.end] = torch.nan
                if part.wanted:
                    logits[wanted.index(part.row)] = torch.nan
        return logits

    with monkeypatch.context() as patch:
        patch.setattr(TransformersNetwork, "run", overflow)
        ended = await asyncio.gather(
            read(engine, ask()), read(engine, ask(picture=True)), return_exceptions=True
        )
        assert ended[0] == alone
        assert isinstance(ended[1], EngineFault)
        assert ended[1].code == "generation_failed"
    # two at once: in the row that was spoiled, the shorter one is masked beside the longer
    again = await asyncio.gather(*(read(engine, ask()) for _ in range(2)))
    assert again == [alone] * 2
    assert await read(engine, ask(picture=True)) == shown


async def test_a_picture_is_looked_at_again_when_memory_was_short(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = await read(engine, ask(size=(120, 90)))
    engine._loaded.worker._loop._network.features.clear()  # type: ignore[union-attr]
    failures = [1]

    def fail_once(*args: Any) -> Any:
        if failures:
            failures.pop()
            raise torch.OutOfMemoryError("full")
        return encode_picture(*args)

    monkeypatch.setattr(transformers_network, "encode_picture", fail_once)
    other = replace(ask(size=(120, 90)), owner="someone else")  # who is lent no row
    assert await read(engine, other) == expected
    assert not failures


async def test_answers_to_one_prompt_share_no_row_that_is_written_anew(tmp_path: Path) -> None:
    """The 2023 network turns the keys of a prompt beyond `seq_length` by another angle, so that
    what a row holds of its beginning is of no use, and must not be lent while it lies there."""
    folder = write_family(OLDEST, tmp_path)
    words = "a b c d e f g h " * 31
    first = ChatRequest((Message.of_text("user", words),), Sampling(temperature=0, max_tokens=4))
    answers = []
    banned = tuple((token, -100.0) for token in QwenTokenizer.open(folder).stop_ids)
    for reuse in (True, False):
        spec = EngineSpec("m", "local", path=str(folder), device="cpu", max_batch=2)
        engine = LocalEngine(replace(spec, precision="float32"), chunk=16, reuse=reuse)
        engine.load(ignore)
        said = await read(engine, first)
        second = ChatRequest(
            (*first.messages, Message.of_text("assistant", said), *first.messages),
            Sampling(temperature=0, max_tokens=8, n=2, logprobs=0, logit_bias=banned),
        )
        chances: list[list[float]] = [[], []]
        async for item in engine.submit(second):
            if isinstance(item, End):
                assert item.usage.prompt_tokens > 512
            else:
                chances[item.choice] += [one.chosen.logprob for one in item.logprobs]
        answers.append(chances)
        engine.unload()
    assert len(answers[0][0]) > 1
    for one in (*answers[0], answers[1][1]):
        assert one == pytest.approx(answers[1][0], abs=1e-4)


async def test_an_unload_tells_those_whose_pictures_wait_to_be_prepared(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two are being prepared, the others have not begun."""
    loaded = engine._loaded
    assert loaded is not None
    begun, go_on = asyncio.Event(), threading.Event()
    loop, original = asyncio.get_running_loop(), loaded.preparation.prepare

    def prepare(request: ChatRequest) -> Any:
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(60)
        return original(request)

    monkeypatch.setattr(loaded.preparation, "prepare", prepare)
    tasks = [asyncio.create_task(read(engine, ask())) for _ in range(5)]
    await asyncio.wait_for(begun.wait(), 60)
    await asyncio.to_thread(engine.unload)
    go_on.set()
    ended = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 60)
    assert [getattr(one, "code", one) for one in ended] == ["engine_stopped"] * 5


async def test_who_comes_while_the_thread_is_ending_is_told(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ending, go_on = threading.Event(), threading.Event()

    def give_back(*_: str) -> None:
        ending.set()
        go_on.wait(60)

    def lose(*_: Any) -> None:
        raise RuntimeError("CUDA error: device-side assert triggered")

    monkeypatch.setattr(worker, "give_memory_back", give_back)
    monkeypatch.setattr(TransformersNetwork, "run", lose)
    with pytest.raises(EngineFault):
        await read(engine, ask())
    assert await asyncio.to_thread(ending.wait, 60)
    try:
        with pytest.raises(EngineFault):
            await asyncio.wait_for(read(engine, ask()), 30)
    finally:
        go_on.set()
