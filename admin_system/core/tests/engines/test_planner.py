"""Rows and context come from the memory that is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from admin_system.core.engines.local import planner
from admin_system.core.engines.local.network import Network, Part
from admin_system.core.engines.local.placement import Placement
from admin_system.core.engines.local.planner import (
    GRAPH_SHARE,
    PICTURE_SHARE,
    SEEING_SHARE,
    SHARES,
    plan_pixels,
    plan_rows,
    share_memory,
)
from admin_system.core.engines.local.prompt import Preparation, Prompt
from admin_system.core.errors import LoadError
from admin_system.core.types import ChatRequest, PixelBudget


class Sized(Network):
    """A network of which only the size of a row matters."""

    def __init__(self, per_token: int, fixed: int = 0, graphs: int = 0) -> None:
        super().__init__()
        self.per_token, self.fixed, self.graphs = per_token, fixed, graphs

    def row_bytes(self, length: int) -> int:
        return self.fixed + length * self.per_token

    def step_bytes(self, rows: int, length: int) -> int:
        return self.graphs

    def reserve(self, rows: int, length: int) -> None:
        self.reserved = rows, length

    def copy(self, source: int, target: int, count: int) -> None: ...
    def begin(self, row: int, prompt: Any, keep: int = 0) -> int:
        return 0

    def see(self, row: int, start: int, end: int) -> None: ...
    def run(self, parts: Sequence[Part]) -> Any: ...
    def end(self, row: int) -> None: ...


def plan(free: int, rows: int, context: int, **sizes: int) -> tuple[int, int]:
    usable = int(free / SHARES["cpu"]) + 2  # rounding
    planned = plan_rows(Sized(**sizes), "cpu", usable, rows, context)
    assert planned.bytes <= usable * SHARES["cpu"]
    return planned.rows, planned.length


def test_all_that_is_asked_for_where_there_is_room() -> None:
    assert plan(10**9, 4, 8192, per_token=1000) == (4, 8192)


def test_the_context_is_shortened_down_to_a_working_length() -> None:
    assert plan(4 * 6000 * 1000, 4, 8192, per_token=1000) == (4, 6000)


def test_then_rows_are_given_up() -> None:
    assert plan(2 * 5000 * 1000, 4, 8192, per_token=1000) == (2, 5000)
    assert plan(3000 * 1000, 4, 8192, per_token=1000) == (1, 3000)


def test_a_state_beside_the_tokens_counts() -> None:
    assert plan(2 * (5000 * 1000 + 700), 2, 8192, per_token=1000, fixed=700) == (2, 5000)


def test_no_room_at_all_is_said() -> None:
    with pytest.raises(LoadError) as caught:
        plan(1000, 4, 8192, per_token=1000)
    assert caught.value.code == "memory_too_small"


def pixels(length: int, left: int, least: int = 1_000) -> tuple[int, int]:
    """Of a family that allows 10 million, with tokens of 28 x 28 pixels, 100 bytes a pixel."""
    budget = PixelBudget(least, 10_000_000)
    planned = plan_pixels(budget, token_area=784, length=length, left=left, pixel_bytes=100)
    return planned.min_pixels, planned.max_pixels


def test_a_picture_gets_what_one_conversation_and_the_memory_leave() -> None:
    assert pixels(length=10**6, left=10**12) == (1_000, 10_000_000)
    assert pixels(length=1_000, left=10**12) == (1_000, int(1_000 * PICTURE_SHARE) * 784)
    assert pixels(length=10**6, left=10**8) == (1_000, int(10**6 * SEEING_SHARE))
    assert pixels(length=10**6, left=-5, least=3_000) == (3_000, 3_000)


class Shown(Preparation):
    """Of pictures with tokens of 28 x 28 pixels."""

    budget, token_area = PixelBudget(1_000, 10_000_000), 784

    def prepare(self, request: ChatRequest) -> Prompt:
        raise NotImplementedError


@pytest.mark.parametrize(("graphs", "left"), [(0, 1.0), (10**6, 0.9), (10**12, 1 - GRAPH_SHARE)])
def test_graphs_of_steps_come_first_and_take_a_share_at_most(
    monkeypatch: pytest.MonkeyPatch, graphs: int, left: float
) -> None:
    free = 10**7
    monkeypatch.setattr(planner, "free_memory", lambda device: free)
    network, preparation = Sized(1000, graphs=graphs), Shown()
    network.pixel_bytes = 100
    placement = Placement("cpu", "float32", "cpu")
    planned = share_memory(network, preparation, placement, rows=1, context=10**6)
    length = int(free * left * SHARES["cpu"]) // 1000
    assert network.reserved == (planned.rows, planned.length) == (1, length)
    assert preparation.context_length == length
    most = int(SEEING_SHARE * (free * left - planned.bytes) / 100)
    assert preparation.budget is not None
    assert preparation.budget.max_pixels == pytest.approx(most, abs=2)
