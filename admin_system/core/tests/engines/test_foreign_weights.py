"""Quantizations of others: transformers' answers where it can, a clear no where it would guess."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from admin_system.core.checkpoints.checkpoint import Checkpoint, inspect_checkpoint
from admin_system.core.checkpoints.quantization import ForeignConfig
from admin_system.core.engines.local.placement import Form, Placement, list_forms
from admin_system.core.engines.local.transformers_opening import open_network
from admin_system.core.errors import LoadError
from admin_system.core.quantization.linear import Int4Linear
from admin_system.core.tests.engines.conftest import draw_circle
from admin_system.core.tests.engines.reference import Reference, Turns, to_reference
from admin_system.core.tests.published.folder import write_checkpoint

QUESTION: Turns = (("user", [draw_circle(300, 200), "框出红色圆形"]),)
TOKENS = 20


def open_model(folder: Path, precision: str = "float32") -> Any:
    steps: list[tuple[int, int]] = []
    network: Any = open_network(
        inspect_checkpoint(folder),
        Placement("cpu", precision, "cpu"),
        lambda done, total: steps.append((done, total)),
    )
    assert steps[-1][0] == steps[-1][1] > 0
    return network._model


def as_transformers(model: Any) -> Any:
    """With its attention as it came, which the engine has changed for conversations in one pass."""
    model.set_attn_implementation("sdpa")
    return model


def test_answers_are_those_of_generate_on_the_same_folder(tmp_path: Path) -> None:
    """In float32; the reference is loaded from the folder itself, not from its twin."""
    folder = tmp_path / "model"
    write_checkpoint("qwen3_vl", "eight", folder)
    assert isinstance(inspect_checkpoint(folder).quantized, ForeignConfig)
    theirs = Reference(folder)
    inputs = theirs.inputs(*to_reference(QUESTION))
    expected = theirs.answer(inputs, TOKENS)
    theirs.model = as_transformers(open_model(folder))
    assert theirs.answer(inputs, TOKENS) == expected
    assert len(expected) == TOKENS


def test_what_transformers_would_fill_with_random_numbers_is_refused(tmp_path: Path) -> None:
    """Version 5.23 finds no place for experts that are packed one by one in eight bits."""
    folder = tmp_path / "model"
    write_checkpoint("qwen3_vl_moe", "eight", folder)
    with pytest.raises(LoadError) as caught:
        open_model(folder)
    assert caught.value.code == "checkpoint_missing_tensor"
    assert ".experts." in str(caught.value.values["name"])


@pytest.mark.parametrize("storage", ["fp8", "compressed"])
@pytest.mark.parametrize("model_type", ["qwen2_5_vl", "qwen3_vl"])
def test_what_we_read_ourselves_is_what_transformers_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model_type: str, storage: str
) -> None:
    """In bfloat16, the one type in which 5.23 dequantizes these, to the bit."""
    from transformers import AutoConfig, AutoModelForImageTextToText

    monkeypatch.setattr("admin_system.core.quantization.backend.find_product", lambda device: None)
    folder = tmp_path / "model"
    write_checkpoint(model_type, storage, folder)
    ours = open_model(folder, "bfloat16").state_dict()
    config = AutoConfig.from_pretrained(folder)
    config.quantization_config["dequantize"] = True
    model = AutoModelForImageTextToText.from_pretrained(folder, config=config, dtype=torch.bfloat16)
    theirs = model.state_dict()
    assert ours.keys() == theirs.keys()
    for name, value in theirs.items():
        assert torch.equal(ours[name], value), name


def test_four_bits_of_compressed_tensors_run_by_our_layers(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    twin = write_checkpoint("qwen3_vl", "zeros", folder)
    packed, dense = (as_transformers(open_model(one, "bfloat16")) for one in (folder, twin))
    kinds = [type(module) for module in packed.modules()]
    if not kinds.count(Int4Linear):  # a processor without torch's product
        assert kinds.count(nn.Linear)
        return
    assert kinds.count(Int4Linear) == 6  # the feed-forward layers of two blocks
    ids = torch.arange(10, 90, 10)[None]
    with torch.inference_mode():
        ours, theirs = (model(input_ids=ids).logits.float() for model in (packed, dense))
    assert float((ours - theirs).norm() / theirs.norm()) < 0.05


def forms(checkpoint: Checkpoint, device: str) -> list[Form]:
    return list(list_forms("auto", device, checkpoint))


def test_the_estimate_knows_what_stays_packed(tmp_path: Path) -> None:
    found: dict[str, Checkpoint] = {}
    for storage in ("fp8", "compressed", "eight"):
        twin = write_checkpoint("qwen3_vl", storage, tmp_path / storage)
        found[storage] = inspect_checkpoint(tmp_path / storage)
        dense = inspect_checkpoint(twin).estimate("bfloat16").weights
        opened = found[storage].estimate("bfloat16", packed=False).weights
        # Words of eight bits are counted as if they were of four: the headers do not tell.
        most = 1.3 if storage == "eight" else 1.02
        assert 0.98 * dense < opened < most * dense, storage
        kept = found[storage].estimate("bfloat16").weights
        assert (kept < 0.95 * dense) == (storage == "compressed"), storage
    assert forms(found["eight"], "cpu") == [Form("bfloat16", packed=True)]
    assert found["fp8"].sizes.parameters == pytest.approx(
        inspect_checkpoint(tmp_path / "fp8-dense").sizes.parameters, rel=0.01
    )
