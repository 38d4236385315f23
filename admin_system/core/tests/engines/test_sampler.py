"""The next token is drawn as transformers' own processors would have it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from admin_system.core.engines.local.choice import Choice, read_choice, settle_choice
from admin_system.core.engines.local.sampler import Sampler
from admin_system.core.types import Sampling


def logits(*values: float) -> Any:
    import torch

    return torch.tensor(values)


def prompt(*ids: int) -> Any:
    import torch

    return torch.tensor([ids or (0,)])


def draws(choice: Choice, scores: Any, count: int = 2000) -> Counter[int]:
    sampler = Sampler(choice, prompt())
    return Counter(sampler.pick(scores) for _ in range(count))


def test_no_temperature_takes_the_likeliest() -> None:
    assert set(draws(Choice(), logits(0.1, 3.0, 2.9), 20)) == {1}


def test_the_coldest_temperature_is_none_at_all() -> None:
    import torch

    scores = torch.tensor([3.0, 90.0, -4.0])
    for temperature in (1e-45, 1e-7, 1e-5):
        sampler = Sampler(Choice(temperature=temperature, seed=1), torch.tensor([[0]]))
        assert sampler.pick(scores) == 1


def test_a_bias_of_tokens_that_the_network_has_not_changes_nothing() -> None:
    choice = Choice(logit_bias=((3, 100.0), (999_999, -5.0)))
    assert set(draws(choice, logits(0.1, 3.0, 2.9), 20)) == {1}


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_frequencies_follow_the_softmax(temperature: float) -> None:
    import torch

    scores = logits(0.0, 1.0, 2.0, -1.0)
    expected = torch.softmax(scores / temperature, dim=-1)
    seen = draws(Choice(temperature=temperature, seed=1), scores, 4000)
    for token, chance in enumerate(expected.tolist()):
        assert seen[token] / 4000 == pytest.approx(chance, abs=0.03)


@pytest.mark.parametrize(("top_k", "top_p"), [(2, 1.0), (0, 0.6), (3, 0.5), (0, 0.001), (1, 1.0)])
def test_cut_offs_leave_the_same_candidates_as_transformers(top_k: int, top_p: float) -> None:
    import torch
    from transformers import TopKLogitsWarper, TopPLogitsWarper

    generator = torch.Generator().manual_seed(5)
    for _ in range(5):
        scores = torch.randn(12, generator=generator) * 2
        kept = scores[None] / 0.7
        if top_k:
            kept = TopKLogitsWarper(top_k)(None, kept)
        if top_p < 1:
            kept = TopPLogitsWarper(top_p)(None, kept)
        candidates = set(torch.isfinite(kept[0]).nonzero().flatten().tolist())
        choice = Choice(temperature=0.7, top_k=top_k, top_p=top_p, seed=3)
        seen = draws(choice, scores, 600)
        assert set(seen) <= candidates
        likely = torch.softmax(kept[0], dim=-1)
        assert {token for token in candidates if likely[token] > 0.02} <= set(seen)


def test_a_repetition_penalty_is_that_of_transformers() -> None:
    import torch
    from transformers import RepetitionPenaltyLogitsProcessor

    scores = logits(2.0, 1.9, -0.5, 1.8)
    ids = prompt(0, 2, 2)
    expected = RepetitionPenaltyLogitsProcessor(1.3)(ids, scores[None])[0]
    sampler = Sampler(Choice(repetition_penalty=1.3), ids)
    assert sampler.pick(scores) == int(expected.argmax()) == 1
    longer = torch.cat([ids, prompt(1)], dim=1)  # what was said counts from now on
    expected = RepetitionPenaltyLogitsProcessor(1.3)(longer, scores[None])[0]
    assert sampler.pick(scores) == int(expected.argmax()) == 3


def test_seeds_repeat_and_requests_without_one_differ() -> None:
    scores = logits(*([1.0] * 50))

    def answer(seed: int | None) -> list[int]:
        sampler = Sampler(Choice(temperature=1.0, seed=seed), prompt())
        return [sampler.pick(scores) for _ in range(20)]

    assert answer(-1) == answer(-1)
    assert answer(1) != answer(2)
    assert answer(None) != answer(None)


def test_the_request_goes_before_the_configuration_before_the_checkpoint() -> None:
    checkpoint = read_choice(
        {
            "do_sample": True,
            "temperature": 0.7,
            "top_p": 0.8,
            "top_k": 20,
            "repetition_penalty": 1.05,
        }
    )
    settled = settle_choice(
        Sampling(temperature=0.2), Sampling(temperature=1, top_p=0.5), checkpoint
    )
    assert settled == Choice(temperature=0.2, top_p=0.5, top_k=20, repetition_penalty=1.05)
    assert settle_choice(Sampling(temperature=0), Sampling(), checkpoint).greedy


def test_a_checkpoint_with_one_candidate_is_greedy_and_leaves_room_for_a_temperature() -> None:
    published = read_choice({"do_sample": True, "temperature": 0.01, "top_k": 1, "top_p": 0.001})
    assert settle_choice(Sampling(), Sampling(), published).greedy
    warm = settle_choice(Sampling(temperature=1.0), Sampling(), published)
    assert (warm.top_k, warm.top_p) == (0, 1.0)


def test_without_any_wish_the_answer_is_greedy() -> None:
    assert settle_choice(Sampling(), Sampling(), read_choice({})).greedy
