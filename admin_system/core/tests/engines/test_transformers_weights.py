"""Weights that stream onto transformers' classes are those that `from_pretrained` gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.checkpoints.checkpoint import inspect_checkpoint
from admin_system.core.engines.local.placement import Placement
from admin_system.core.engines.local.transformers_weights import load_model
from admin_system.core.errors import LoadError
from admin_system.core.tests.published.folder import write_checkpoint
from admin_system.core.tests.published.shapes import TYPES
from admin_system.core.tests.quantization.dequantized import write_dequantized


def load(folder: Path, precision: str = "float32", visual_device: str = "cpu") -> Any:
    steps: list[tuple[int, int]] = []
    model, _ = load_model(
        inspect_checkpoint(folder),
        Placement("cpu", precision, visual_device),
        lambda done, total: steps.append((done, total)),
    )
    assert steps == sorted(steps)
    assert steps[-1][0] == steps[-1][1]
    return model


def assert_same(model: Any, folder: Path, precision: str) -> None:
    from transformers import AutoModelForImageTextToText

    expected = AutoModelForImageTextToText.from_pretrained(folder, dtype=getattr(torch, precision))
    for kind in ("named_parameters", "named_buffers"):
        ours, theirs = dict(getattr(model, kind)()), dict(getattr(expected, kind)())
        assert ours.keys() == theirs.keys()
        for name, value in theirs.items():
            assert ours[name].dtype == value.dtype, name
            assert torch.equal(ours[name], value), name
    assert not model.training


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
@pytest.mark.parametrize("model_type", TYPES)
def test_every_tensor_is_equal(tmp_path: Path, model_type: str, precision: str) -> None:
    folder = write_checkpoint(model_type, "bf16", tmp_path / model_type)
    assert_same(load(folder, precision), folder, precision)


@pytest.mark.parametrize("storage", ["gptq", "awq"])
@pytest.mark.parametrize("model_type", TYPES)
def test_four_bits_are_dequantized_exactly(tmp_path: Path, model_type: str, storage: str) -> None:
    """In float32, and to the values of the unquantized twin."""
    twin = write_checkpoint(model_type, storage, tmp_path / model_type)
    ours, theirs = load(tmp_path / model_type).state_dict(), load(twin).state_dict()
    assert ours.keys() <= theirs.keys()
    for name, value in theirs.items():
        given = ours.get(name, torch.zeros_like(value))  # a bias of zeros is left out
        torch.testing.assert_close(given, value, rtol=1e-6, atol=1e-7, msg=name)


def test_tied_tables_stay_one(tmp_path: Path) -> None:
    model = load(MINIATURE)
    assert model.lm_head.weight is model.model.language_model.embed_tokens.weight
    assert_same(model, write_dequantized(MINIATURE, tmp_path / "plain"), "float32")


def test_bin_shards_are_read_too(tmp_path: Path) -> None:
    folder = write_checkpoint("qwen2_vl", "bf16", tmp_path / "model")
    expected = load(folder)
    tensors: dict[str, torch.Tensor] = {}
    for file in folder.glob("*.safetensors*"):
        if file.suffix == ".safetensors":
            tensors |= load_file(file)
        file.unlink()
    torch.save(tensors, folder / "pytorch_model.bin")
    for name, value in load(folder).state_dict().items():
        assert torch.equal(value, expected.state_dict()[name]), name


def test_a_missing_and_a_misshapen_tensor_are_named(tmp_path: Path) -> None:
    folder = write_checkpoint("qwen2_vl", "bf16", tmp_path / "model")
    tensors: dict[str, torch.Tensor] = {}
    for file in folder.glob("*.safetensors*"):
        if file.suffix == ".safetensors":
            tensors |= load_file(file)
        file.unlink()
    name = next(name for name in tensors if name.endswith("o_proj.weight"))

    def fault() -> LoadError:
        torch.save(tensors, folder / "pytorch_model.bin")
        with pytest.raises(LoadError) as caught:
            load(folder)
        return caught.value

    tensors[name] = tensors[name][:, :-1].clone()
    assert fault().code == "checkpoint_wrong_shape"
    del tensors[name]
    error = fault()
    assert error.code == "checkpoint_missing_tensor"
    assert str(error.values["name"]).endswith("o_proj.weight")
