"""Steps of fixed sizes: the tokens of ordinary passes, on a card captured, or not used at all.

That whole answers are those of `generate` is seen in test_batches_equal_generate.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import Tensor

from admin_system.core.checkpoints.checkpoint import inspect_checkpoint
from admin_system.core.engines.local import transformers_network
from admin_system.core.engines.local.decode_steps import DecodeSteps
from admin_system.core.engines.local.network import Network
from admin_system.core.engines.local.placement import Placement
from admin_system.core.engines.local.qwen_vl_network import QwenVLNetwork
from admin_system.core.engines.local.transformers_network import TransformersNetwork
from admin_system.core.engines.local.transformers_opening import open_network
from admin_system.core.networks.lanes import LanePass, Lanes, LaneToken, attend_lanes
from admin_system.core.tests.engines.opened import LENGTH, ROWS, open_rows, read, write_family
from admin_system.core.tests.published.folder import write_checkpoint
from admin_system.core.types import StepWish

STEPPING = ("qwen2_vl", "qwen2_5_vl", "qwen3_vl", "qwen3_vl_moe", "qwen3_5", "qwen_vl")
DEVICES = ["cpu", pytest.param("cuda:0", marks=pytest.mark.gpu)]
EXACT = {"rtol": 1e-4, "atol": 1e-4}

Open = Callable[[StepWish], Network]


@pytest.fixture(scope="module", params=STEPPING)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_family(request.param, tmp_path_factory.mktemp(request.param) / request.param)


@pytest.fixture(params=DEVICES)
def opened(folder: Path, request: pytest.FixtureRequest) -> Open:
    return partial(open_rows, folder, device=request.param)


@pytest.fixture(autouse=True)
def _without_gradients() -> Iterator[None]:
    with torch.inference_mode():
        yield


def steps_of(network: Network) -> DecodeSteps:
    assert isinstance(network, TransformersNetwork | QwenVLNetwork)
    assert network._steps is not None
    return network._steps


def test_steps_give_the_logits_of_passes(folder: Path, opened: Open) -> None:
    network = opened("on")
    for mine, theirs in zip(read(network, 9), read(opened("off"), 9), strict=True):
        torch.testing.assert_close(mine, theirs, **EXACT)
    stats = network.decode_stats()
    if steps_of(network)._device.type == "cpu":
        assert (stats.captured, stats.reason) == (False, "steps_without_graphs")
    elif "moe" in folder.name:  # torch's product for experts may wait for their shares
        assert stats.captured or stats.reason == "steps_read_values"
        return
    else:
        assert (stats.captured, stats.reason) == (True, None)
    assert stats.sizes == 2  # of 256 and of 512 tokens


@pytest.mark.gpu
@pytest.mark.parametrize("storage", ["bf16", "gptq", "awq"])
def test_steps_in_half_precision_and_four_bits_are_captured(storage: str, tmp_path: Path) -> None:
    """By itself the comparison at load says that they are right."""
    folder = tmp_path / "checkpoint"
    write_checkpoint("qwen2_5_vl", storage, folder)
    placement = Placement("cuda:0", "bfloat16", "cuda:0")
    network = open_network(inspect_checkpoint(folder), placement, lambda *_: None, "auto")
    network.reserve(ROWS, LENGTH)
    stats = network.decode_stats()
    assert (stats.captured, stats.reason, stats.sizes) == (True, None, 1)


def see_too_far(
    plan: LanePass, stored: tuple[Tensor, Tensor], *states: Tensor, scale: float | None = None
) -> Tensor:
    return attend_lanes(replace(plan, mask=torch.zeros_like(plan.mask)), stored, *states)


def fail(*_: object) -> Tensor:
    raise RuntimeError("no such kernel")


@pytest.mark.parametrize("folder", ["qwen2_5_vl"], indirect=True)
@pytest.mark.parametrize(
    ("broken", "reason"), [(see_too_far, "steps_differ"), (fail, "steps_failed")]
)
def test_steps_that_are_wrong_or_fail_are_not_used(
    folder: Path,
    opened: Open,
    broken: Callable[..., Tensor],
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = read(opened("off"), 2)
    monkeypatch.setattr(transformers_network, "attend_lanes", broken)
    network = opened("on")
    assert network.decode_stats().reason == reason
    for mine, theirs in zip(read(network, 2), expected, strict=True):
        assert torch.equal(mine, theirs)


@pytest.mark.parametrize("folder", ["qwen2_5_vl", "qwen3_5", "qwen_vl"], indirect=True)
def test_a_step_that_fails_later_is_done_without_lanes(
    folder: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = read(opened("off"), 8)
    network = opened("on")
    monkeypatch.setattr(steps_of(network), "_forward", partial(fail))  # for the second bucket
    for mine, theirs in zip(read(network, 8), expected, strict=True):
        torch.testing.assert_close(mine, theirs, **EXACT)
    assert network.decode_stats().reason == "steps_failed"


def test_the_steps_of_last_use_are_kept() -> None:
    def forward(lanes: Lanes) -> Tensor:
        return torch.stack([lanes.ids, lanes.positions[0]], 1)

    steps = DecodeSteps(forward, 4, LENGTH, "cpu", most=2)
    kept = []
    for row in (0, 1, 0, 2, 1):
        logits = steps.run([LaneToken(row, 3, 7 + row, (5, 5, 5))])
        assert logits is not None
        assert logits.tolist() == [[7 + row, 5]]
        kept.append([bucket.first for bucket in steps._steps])
    assert kept == [[0], [0, 1], [1, 0], [0, 2], [2, 1]]
