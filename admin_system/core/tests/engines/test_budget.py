"""Prompts are read in pieces that leave the running answers their pace."""

from __future__ import annotations

import pytest

from admin_system.core.engines.local.budget import FIRST, LEAST, MOST, SECONDS, Budget, share


def test_a_budget_follows_the_speed_of_the_device() -> None:
    budget = Budget()
    assert budget.tokens == FIRST
    for _ in range(20):
        budget.learn(200, 200 * SECONDS / 500)
    assert budget.tokens == pytest.approx(500, abs=2)
    for _ in range(40):
        budget.learn(200, 100.0)
    assert budget.tokens == LEAST
    for _ in range(200):
        budget.learn(2000, 1e-6)
    assert budget.tokens == MOST


def test_single_tokens_say_nothing_of_prompts() -> None:
    budget = Budget()
    budget.learn(1, 5.0)
    assert budget.tokens == FIRST


def test_running_answers_take_their_time_of_it() -> None:
    budget = Budget()
    for _ in range(40):
        budget.learn(0, 0.04)
        budget.learn(60, 0.1)  # .06 of it for the prompt: a thousand tokens a second
    assert budget.tokens == pytest.approx(1000 * (SECONDS - 0.04), abs=2)


def test_many_answers_are_no_prompt() -> None:
    budget = Budget()
    for _ in range(40):
        budget.learn(200, 0.1)
    for _ in range(40):
        budget.learn(0, 0.016)
    assert budget.tokens > 100


def test_a_slow_pass_counts_for_more_than_a_quick_one() -> None:
    budget = Budget()
    for _ in range(40):
        budget.learn(200, 0.1)
        budget.learn(200, 0.3)
    assert budget.tokens < 200 * SECONDS / 0.2


def test_a_fixed_budget_stays() -> None:
    budget = Budget(7)
    budget.learn(1000, 5.0)
    assert budget.tokens == 7


@pytest.mark.parametrize(
    ("budget", "wanted", "given"),
    [
        (100, [], []),
        (100, [40], [40]),
        (100, [400], [100]),
        (100, [400, 30, 60], [50, 30, 20]),  # the oldest its half, then the shortest
        (100, [4000, 20, 10], [70, 20, 10]),  # what nobody else wants is the oldest's again
        (100, [10, 20, 30], [10, 20, 30]),
        (10, [100, 100, 100], [10, 0, 0]),
    ],
)
def test_prompts_share_it(budget: int, wanted: list[int], given: list[int]) -> None:
    assert share(budget, wanted) == given
