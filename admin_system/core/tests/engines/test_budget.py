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
