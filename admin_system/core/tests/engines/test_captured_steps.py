"""Steps as graphs hold them: the capture itself, on a card that is played by the processor.

A replay runs operators and no Python, on the memory of the capture. What only a card can show is
in test_decode_steps.py, marked `gpu`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from admin_system.core.engines.local import qwen_vl_network, transformers_network
from admin_system.core.engines.local.captured_step import WARM_UPS, Capturer
from admin_system.core.engines.local.decode_steps import DecodeSteps
from admin_system.core.engines.local.network import Part
from admin_system.core.engines.local.transformers_network import TransformersNetwork
from admin_system.core.networks.host_reads import HostRead, NoHostReads
from admin_system.core.networks.lanes import (
    Bucket,
    LanePass,
    Lanes,
    LaneToken,
    attend_lanes,
)
from admin_system.core.tests.engines.card import Card, install
from admin_system.core.tests.engines.opened import (
    LENGTH,
    ROWS,
    begin,
    open_rows,
    read,
    write_family,
)

FAMILIES = ("qwen2_vl", "qwen2_5_vl", "qwen3_vl", "qwen3_vl_moe", "qwen3_5", "qwen_vl")
EXACT = {"rtol": 1e-4, "atol": 1e-4}


@pytest.fixture(scope="module", params=FAMILIES)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_family(request.param, tmp_path_factory.mktemp(request.param) / request.param)


@pytest.fixture(autouse=True)
def _without_gradients() -> Iterator[None]:
    with torch.inference_mode():
        yield


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Card:
    card = install(monkeypatch)
    capturing = partial(DecodeSteps, capture=Capturer(ROWS, torch.device("cpu")))
    for room in (transformers_network, qwen_vl_network):
        monkeypatch.setattr(room, "DecodeSteps", capturing)
    return card


@pytest.fixture(scope="module")
def expected(folder: Path) -> list[Tensor]:
    """Of ordinary passes."""
    with torch.inference_mode():
        return read(open_rows(folder, "off"), 9)


def test_replays_give_the_logits_of_passes(
    folder: Path, expected: list[Tensor], card: Card
) -> None:
    network = open_rows(folder, "on")
    for mine, theirs in zip(read(network, 9), expected, strict=True):
        torch.testing.assert_close(mine, theirs, **EXACT)
    stats = network.decode_stats()
    assert (stats.captured, stats.reason, stats.sizes) == (True, None, 2)
    network.make_room()  # memory that is short costs the graphs, and no answer
    assert network.decode_stats().sizes == 0
    for mine, theirs in zip(read(network, 2), expected[:3], strict=True):
        torch.testing.assert_close(mine, theirs, **EXACT)
    assert network.decode_stats().captured
    assert set(card.captured_on) == {((0, 7), "beside")}
    assert card.current.name == "main"


Attention = Callable[..., Tensor]


def wait_for_a_value(plan: LanePass, *states: Any) -> Tensor:
    return attend_lanes(plan, *states) * bool(plan.places.sum().item() >= 0)


def bring_in_values(plan: LanePass, *states: Any) -> Tensor:
    seen = attend_lanes(plan, *states)
    return seen + torch.tensor([0.0] * seen.shape[-1])


def choose_lanes(plan: LanePass, *states: Any) -> Tensor:
    seen = attend_lanes(plan, *states)
    seen[~plan.active] = 0
    return seen


def ask_the_host(plan: LanePass, *states: Any) -> Tensor:
    """Another factor each time that Python comes by, which it does not in a replay."""
    HOST.append(1.0)
    return attend_lanes(plan, *states) * len(HOST)


HOST: list[float] = []


@pytest.mark.parametrize("folder", ["qwen3_vl"], indirect=True)
@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (wait_for_a_value, "steps_read_values"),
        (bring_in_values, "steps_read_values"),
        (choose_lanes, "steps_read_values"),
        (ask_the_host, "steps_differ"),
    ],
)
def test_what_a_graph_cannot_hold_is_found_at_load(
    folder: Path, card: Card, monkeypatch: pytest.MonkeyPatch, broken: Attention, reason: str
) -> None:
    monkeypatch.setattr(transformers_network, "attend_lanes", broken)
    stats = open_rows(folder, "on").decode_stats()
    assert (stats.captured, stats.reason) == (False, reason)
    assert card.current.name == "main"


@pytest.mark.parametrize("folder", ["qwen3_5", "qwen_vl"], indirect=True)
def test_a_capture_that_fails_changes_no_conversation(
    folder: Path, expected: list[Tensor], card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the second size, in the midst of answers: the warm-ups have run by then."""
    network = open_rows(folder, "on")
    steps = network._steps  # type: ignore[attr-defined]
    forward, calls = steps._forward, []

    def fail_in_a_capture(lanes: Lanes) -> Tensor:
        logits: Tensor = forward(lanes)
        calls.append(lanes.bucket)
        if (
            lanes.bucket.length == 512
            and len([one for one in calls if one.length == 512]) > WARM_UPS
        ):
            raise RuntimeError("operation not permitted when stream is capturing")
        return logits

    monkeypatch.setattr(steps, "_forward", fail_in_a_capture)
    for mine, theirs in zip(read(network, 9), expected, strict=True):
        torch.testing.assert_close(mine, theirs, **EXACT)
    assert network.decode_stats().reason == "steps_failed"
    assert card.current.name == "main"


def to_meta(folder: Path) -> Callable[[Lanes], Tensor]:
    """A step on a device that has shapes and no values, and is not the processor."""
    network = open_rows(folder, "on")
    assert isinstance(network, TransformersNetwork)
    network._model.to("meta", dtype := torch.bfloat16)
    network._dtype = dtype
    store = network._opened
    for kept in (store.keys, store.values):
        kept[:] = [tensor.to("meta", dtype) for tensor in kept]
    if network._states is not None:
        for states in (network._states.convolutions, network._states.memories):
            for number, state in states.items():
                states[number] = state.to("meta")
    return network._run_lanes


def make_on_the_processor(plan: LanePass, *states: Any) -> Tensor:
    seen = attend_lanes(plan, *states)
    return seen + torch.zeros(seen.shape[-1]).to(seen)


@pytest.mark.parametrize("folder", FAMILIES[:-1], indirect=True)
def test_a_step_makes_nothing_on_the_processor(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meta = torch.device("meta")
    forward = to_meta(folder)
    lanes = Lanes(Bucket(0, 4, 256), LENGTH, meta)
    with NoHostReads(meta):
        assert forward(lanes).device == meta
    monkeypatch.setattr(transformers_network, "attend_lanes", make_on_the_processor)
    with pytest.raises(HostRead, match="not on meta"), NoHostReads(meta):
        forward(lanes)


@pytest.mark.parametrize("folder", FAMILIES, indirect=True)
def test_ordinary_passes_are_told_from_steps(folder: Path) -> None:
    network = open_rows(folder, "off")
    ids = torch.arange(5, 14)
    begin(network, 1, ids)
    with pytest.raises(HostRead), NoHostReads(torch.device("cpu")):
        network.run([Part(1, 0, ids.tolist())])


def test_lanes_that_are_idle_keep_their_states(tmp_path: Path) -> None:
    network = open_rows(write_family("qwen3_5", tmp_path / "qwen3_5"), "on")
    assert isinstance(network, TransformersNetwork)
    assert network._states is not None
    states = [*network._states.convolutions.values(), *network._states.memories.values()]
    for state in states:
        state.normal_()
    before = [state.clone() for state in states]
    lanes = Lanes(Bucket(0, 4, 256), LENGTH, "cpu")
    lanes.fill([LaneToken(2, 5, 7, (5, 5, 5))])
    network._run_lanes(lanes)
    for state, was in zip(states, before, strict=True):
        assert [torch.equal(*pair) for pair in zip(state, was, strict=True)] == [1, 1, 0, 1]
