"""Every field of a request does what it says, in a batch as alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.engines.local.choice import Choice
from admin_system.core.engines.local.engine import LocalEngine
from admin_system.core.engines.local.sampler import Sampler
from admin_system.core.tests.engines.conftest import draw_circle, ignore
from admin_system.core.tests.engines.reference import Reference, Turns, to_reference
from admin_system.core.tests.quantization.dequantized import write_dequantized
from admin_system.core.types import (
    ChatRequest,
    Delta,
    End,
    EngineSpec,
    Message,
    PicturePart,
    Sampling,
    TextPart,
    new_request_id,
)

PICTURE = draw_circle(200, 150)
QUESTION = "描述这张图片"
HOT = Sampling(temperature=1.5, seed=11, max_tokens=20)


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalEngine]:
    spec = EngineSpec("m", "local", path=str(MINIATURE), device="cpu", max_batch=6)
    engine = LocalEngine(spec)
    engine.load(ignore)
    yield engine
    engine.unload()


async def ask(engine: LocalEngine, sampling: Sampling) -> tuple[list[list[Delta]], End]:
    """The deltas of each answer."""
    request = ChatRequest(
        (Message("user", (PicturePart(PICTURE), TextPart(QUESTION))),),
        sampling,
        id=new_request_id(),
    )
    answers: list[list[Delta]] = [[] for _ in range(sampling.n)]
    async for item in engine.submit(request):
        if isinstance(item, End):
            return answers, item
        answers[item.choice].append(item)
    raise AssertionError("no end")


async def say(engine: LocalEngine, sampling: Sampling) -> str:
    (answer,), _ = await ask(engine, sampling)
    return "".join(delta.text for delta in answer)


async def test_several_answers_are_those_of_the_next_seeds(engine: LocalEngine) -> None:
    alone = [await say(engine, replace(HOT, seed=11 + number)) for number in range(3)]
    answers, end = await ask(engine, replace(HOT, n=3))
    assert ["".join(delta.text for delta in answer) for answer in answers] == alone
    assert len(set(alone)) > 1
    assert len(end.endings) == 3
    assert end.usage.completion_tokens > end.usage.prompt_tokens / 4


async def test_a_seed_gives_the_same_answer_in_a_batch(engine: LocalEngine) -> None:
    alone = await say(engine, HOT)
    others = [say(engine, replace(HOT, seed=seed, min_p=0.05)) for seed in range(5)]
    together = await asyncio.gather(say(engine, HOT), *others)
    assert together[0] == alone


async def test_a_banned_token_never_comes(engine: LocalEngine) -> None:
    plain = Sampling(temperature=0, max_tokens=20)
    answers, _ = await ask(engine, replace(plain, logprobs=0))
    first = answers[0][0].logprobs[0].chosen
    tokenizer: Any = engine._loaded.preparation._template._tokenizer  # type: ignore[union-attr]
    number = tokenizer.encode(first.token, add_special_tokens=False).ids[0]
    said = await say(engine, replace(plain, logit_bias=((number, -100.0),)))
    assert not said.startswith(first.token)
    assert (await say(engine, replace(plain, logit_bias=((number, 100.0),)))).startswith(
        first.token * 5
    )


async def test_logprobs_are_those_of_the_network(engine: LocalEngine, tmp_path: Path) -> None:
    import torch

    answers, end = await ask(engine, Sampling(temperature=0, max_tokens=12, logprobs=3))
    told = [one for delta in answers[0] for one in delta.logprobs]
    assert "".join(one.chosen.token for one in told) == "".join(d.text for d in answers[0])
    reference = Reference(write_dequantized(MINIATURE, tmp_path / "plain"))
    turns: Turns = (("user", [PICTURE, QUESTION]),)
    inputs = reference.inputs(*to_reference(turns))
    ids = reference.answer(inputs, 12)
    whole = torch.cat([inputs["input_ids"], torch.tensor([ids])], dim=1)
    inputs |= {"input_ids": whole, "mm_token_type_ids": (whole == reference.image_id).long()}
    with torch.inference_mode():
        logits = reference.model(**inputs).logits[0, -len(ids) - 1 : -1]
    expected = torch.log_softmax(logits, dim=-1)
    for one, token, chances in zip(told, ids, expected, strict=False):
        assert one.chosen.logprob == pytest.approx(float(chances[token]), abs=1e-4)
        best = torch.topk(chances, 3).values.tolist()
        assert [top.logprob for top in one.top] == pytest.approx(best, abs=1e-4)
        assert one.chosen.bytes.decode("utf-8", "replace") == one.chosen.token
    assert end.usage.completion_tokens >= len(told)


async def test_logprobs_tell_of_the_network_whatever_chooses(engine: LocalEngine) -> None:
    """As OpenAI has it with `logit_bias`: the token that was chosen need not be among the first."""
    plain = Sampling(temperature=0, max_tokens=1, logprobs=2)
    ((delta, *_),), _ = await ask(engine, plain)
    first = delta.logprobs[0]
    tokenizer: Any = engine._loaded.preparation._template._tokenizer  # type: ignore[union-attr]
    number = tokenizer.encode(first.chosen.token, add_special_tokens=False).ids[0]
    ((delta, *_),), _ = await ask(engine, replace(plain, logit_bias=((number, -100.0),)))
    other = delta.logprobs[0]
    assert [one.bytes for one in other.top] == [one.bytes for one in first.top]
    best = [one.logprob for one in first.top]
    assert [one.logprob for one in other.top] == pytest.approx(best, abs=1e-3)
    assert other.chosen.logprob < best[0] - 1e-3


async def test_penalties_wear_out_what_is_said_again(engine: LocalEngine) -> None:
    biased = Sampling(temperature=0, max_tokens=40, logit_bias=((100, 30.0),))

    async def count_new(sampling: Sampling) -> int:
        answers, _ = await ask(engine, replace(sampling, logprobs=0))
        return len({one.chosen.bytes for delta in answers[0] for one in delta.logprobs})

    alike = await count_new(biased)
    for change in (
        replace(biased, frequency_penalty=2.0),
        replace(biased, repetition_penalty=4.0),
    ):
        assert await count_new(change) > alike


def logits(*values: float) -> Any:
    import torch

    return torch.tensor(values)


def test_presence_counts_once_and_frequency_each_time() -> None:
    import torch

    prompt = torch.tensor([[0, 0, 0]])  # the prompt does not count
    scores = logits(3.0, 2.9, 0.0)
    sampler = Sampler(Choice(frequency_penalty=0.2), prompt)
    assert [sampler.pick(scores) for _ in range(5)] == [0, 1, 0, 1, 0]
    sampler = Sampler(Choice(presence_penalty=0.2), prompt)
    assert [sampler.pick(scores) for _ in range(4)] == [0, 1, 0, 0]


@pytest.mark.parametrize("min_p", [0.05, 0.3, 0.9])
def test_min_p_leaves_the_candidates_of_transformers(min_p: float) -> None:
    import torch
    from transformers import MinPLogitsWarper

    scores = torch.randn(12, generator=torch.Generator().manual_seed(3)) * 2
    kept = MinPLogitsWarper(min_p)(None, scores[None])[0]
    candidates = set(torch.isfinite(kept).nonzero().flatten().tolist())
    sampler = Sampler(Choice(temperature=1.0, min_p=min_p, seed=1), torch.tensor([[0]]))
    assert {sampler.pick(scores) for _ in range(800)} == candidates
