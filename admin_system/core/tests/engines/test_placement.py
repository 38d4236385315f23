"""Devices, precision and the form of quantized layers are chosen by what fits and what is fast."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from transformers.modeling_outputs import BaseModelOutputWithPooling

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.checkpoints.checkpoint import Checkpoint, inspect_checkpoint
from admin_system.core.engines.local import placement, qwen_vl_network, transformers_opening
from admin_system.core.engines.local.network import Network
from admin_system.core.engines.local.placement import (
    Form,
    Placement,
    choose_placement,
    list_forms,
)
from admin_system.core.engines.local.visual_device import keep_apart
from admin_system.core.errors import LoadError
from admin_system.core.forecast import Forecast, Room
from admin_system.core.tests.golden import QWEN_VL
from admin_system.core.tests.published.folder import write_checkpoint
from admin_system.core.types import EngineSpec

PLAIN, INT4 = QWEN_VL / "ckpt-fp16", QWEN_VL / "ckpt-int4"


@pytest.fixture
def int4() -> Checkpoint:
    return inspect_checkpoint(INT4)


def forms(checkpoint: Checkpoint, wish: str = "auto", device: str = "cpu") -> list[Form]:
    return list(list_forms(wish, device, checkpoint))


def test_the_estimate_of_a_four_bit_folder_is_near_its_files(int4: Checkpoint) -> None:
    plain = inspect_checkpoint(PLAIN)
    stored_zeros = 2 * (512 + 256 + 256)  # biases as AutoGPTQ writes them
    assert int4.sizes.packed + int4.sizes.text == plain.sizes.text + stored_zeros
    assert int4.sizes.vision == plain.sizes.vision
    assert int4.estimate("float16").weights == pytest.approx(int4.bytes, rel=0.03)
    plainly = int4.estimate("float16", packed=False).weights
    assert plainly == 2 * (plain.sizes.parameters + stored_zeros)


def test_stacked_experts_count_as_dequantized(tmp_path: Path) -> None:
    twin = inspect_checkpoint(write_checkpoint("qwen3_vl_moe", "gptq", tmp_path / "model"))
    quantized = inspect_checkpoint(tmp_path / "model")
    stored_zeros = 768
    assert quantized.sizes.parameters == twin.sizes.parameters + stored_zeros
    assert quantized.sizes.packed < twin.sizes.text / 4


def test_a_bin_folder_is_measured_without_its_values(tmp_path: Path) -> None:
    from admin_system.core.tests.networks.conftest import write_bin_shards

    write_bin_shards(tmp_path / "bin")
    assert inspect_checkpoint(tmp_path / "bin").sizes == inspect_checkpoint(PLAIN).sizes


def test_a_small_model_is_run_exactly_and_a_large_one_by_the_product(
    int4: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = Form("float32", packed=False)
    assert forms(int4)[0] == exact
    assert forms(int4, "float32") == [exact, Form("float32", packed=True)]
    monkeypatch.setattr(placement, "SMALL", 0)
    monkeypatch.setattr(placement, "has_product", lambda device: True)
    assert forms(int4) == [Form("bfloat16", packed=True)]
    monkeypatch.setattr(placement, "has_product", lambda device: False)
    assert forms(int4) == [
        exact,
        Form("bfloat16", packed=False),
        Form("bfloat16", packed=True),
    ]


def test_each_device_needs_its_own_part(int4: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    free = {"cuda:0": 0, "cpu": 10**12}
    monkeypatch.setattr(placement, "choose_device", lambda wanted: wanted)
    monkeypatch.setattr(placement, "free_memory", free.__getitem__)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (9, 0))
    monkeypatch.setattr(placement, "has_product", lambda device: True)
    estimate = int4.estimate("float16")
    together = EngineSpec("q", "local", device="cuda:0")
    apart = EngineSpec("q", "local", device="cuda:0", visual_device="cpu")

    free["cuda:0"] = estimate.total
    assert choose_placement(together, int4).visual_device == "cuda:0"
    free["cuda:0"] -= estimate.vision
    with pytest.raises(LoadError) as caught:
        choose_placement(together, int4)
    assert caught.value.code == "memory_too_small"
    found = choose_placement(apart, int4)
    assert (found.device, found.visual_device, found.has_room) == ("cuda:0", "cpu", False)
    free["cpu"] = estimate.vision - 1
    with pytest.raises(LoadError):
        choose_placement(apart, int4)


def test_a_card_runs_what_was_published_in_float16_in_float16(
    int4: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But not the later families, which overflow in it."""
    monkeypatch.setattr(placement, "has_product", lambda device: True)
    for capability, later in (((9, 0), "bfloat16"), ((7, 5), "float16")):
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _, at=capability: at)
        assert forms(int4, device="cuda:0") == [Form("float16", packed=True)]
        found = forms(inspect_checkpoint(MINIATURE), device="cuda:0")
        assert found[-1] == Form(later, packed=True)


def test_a_former_model_gives_back_on_its_own_device_only() -> None:
    former = Forecast((Room("cpu", needed=6, free=4),))
    assert Forecast().fits
    Forecast((Room("cpu", needed=10, free=4),)).require_room(former)
    Forecast((Room("cpu", needed=4, free=4), Room("cuda:0", needed=3, free=3))).require_room()
    with pytest.raises(LoadError):
        Forecast((Room("cuda:0", needed=10, free=4),)).require_room(former)
    with pytest.raises(LoadError):
        Forecast((Room("cpu", needed=11, free=4),)).require_room(former)


@pytest.mark.parametrize("model_type", ["qwen", "qwen2_5_vl", "qwen3_vl"])
def test_the_vision_tower_is_loaded_onto_its_own_device(tmp_path: Path, model_type: str) -> None:
    folder = INT4
    if model_type != "qwen":
        folder = tmp_path / "model"
        write_checkpoint(model_type, "gptq", folder)
    open_network: Callable[..., Network] = transformers_opening.open_network
    if model_type == "qwen":
        open_network = qwen_vl_network.open_network
    apart = Placement("cpu", "float32", visual_device="meta")
    network: Any = open_network(inspect_checkpoint(folder), apart, lambda done, total: None)
    for name, tensor in network._model.state_dict().items():
        assert tensor.device.type == ("meta" if ".visual." in name else "cpu"), name


class Tower(nn.Module):
    """Tells where its inputs were, and answers with features inside a list as Qwen3-VL does."""

    def forward(self, pixels: torch.Tensor, *, grid_thw: torch.Tensor) -> Any:
        self.devices = {pixels.device.type, grid_thw.device.type}
        return BaseModelOutputWithPooling(last_hidden_state=pixels, hidden_states=(pixels, pixels))


def test_pictures_go_to_the_vision_tower_and_their_features_come_back() -> None:
    tower = Tower()
    keep_apart(tower, "meta", "meta")
    output = tower(torch.ones(2), grid_thw=torch.ones(1, 3))
    assert tower.devices == {"meta"}
    assert output.last_hidden_state.device.type == "meta"
    tower = Tower()
    keep_apart(tower, "cpu", "meta")
    output = tower(torch.ones(2), grid_thw=torch.ones(1, 3))
    assert tower.devices == {"cpu"}
    assert {part.device.type for part in output.hidden_states} == {"meta"}
    assert output.last_hidden_state.device.type == "meta"
