"""`quantize_checkpoint` writes what AutoGPTQ would, and `manage.py quantize_model` calls it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from admin_system.core.checkpoints.quantization import Int4Config, read_quantization
from admin_system.core.checkpoints.tensors import iterate_tensors, read_names
from admin_system.core.errors import CoreError
from admin_system.core.quantization.rounding import quantize_weight
from admin_system.core.quantization.stored import dequantize_tensors
from admin_system.core.quantization.writer import Recipe, is_text_linear, quantize_checkpoint
from admin_system.core.tests.golden import QWEN_VL

PLAIN = QWEN_VL / "ckpt-fp16"


def dequantize_folder(folder: Path) -> dict[str, torch.Tensor]:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    quantization = read_quantization(config, folder)
    assert isinstance(quantization, Int4Config)
    names = read_names(folder)
    return dict(dequantize_tensors(iterate_tensors(folder), names, quantization))


def test_plain_rounding_gives_autogptqs_files_bit_by_bit(tmp_path: Path) -> None:
    target = tmp_path / "int4"
    written = quantize_checkpoint(PLAIN, target, Recipe(clip=False), shard_bytes=1_600_000)
    assert written.layers == 10
    published = dict(iterate_tensors(QWEN_VL / "ckpt-int4"))
    found = dict(iterate_tensors(target))
    assert found.keys() == published.keys()
    for name, tensor in published.items():
        assert found[name].dtype == tensor.dtype, name
        assert torch.equal(found[name], tensor), name
    index = json.loads((target / "model.safetensors.index.json").read_text(encoding="utf-8"))
    stated = json.loads((QWEN_VL / "ckpt-int4" / "model.safetensors.index.json").read_bytes())
    assert index["metadata"] == stated["metadata"]
    assert len(set(index["weight_map"].values())) == 3
    assert (target / "qwen.tiktoken").read_bytes() == (PLAIN / "qwen.tiktoken").read_bytes()
    modes = {path.stat().st_mode for path in target.iterdir() if path.name.startswith("model")}
    assert modes == {(target / "config.json").stat().st_mode}
    config = json.loads((target / "config.json").read_text(encoding="utf-8"))
    assert config["quantization_config"].pop("checkpoint_format") == "gptq"  # newer than the folder
    assert config == json.loads((QWEN_VL / "ckpt-int4" / "config.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("symmetric", [True, False])
def test_the_search_for_scales_makes_the_error_smaller(tmp_path: Path, symmetric: bool) -> None:
    target = tmp_path / "int4"
    written = quantize_checkpoint(PLAIN, target, Recipe(64, symmetric))
    plain = load_file(PLAIN / "model.safetensors")
    found = dequantize_folder(target)
    squares = errors = 0.0
    for name, tensor in plain.items():
        if is_text_linear(name):
            errors += float((found[name] - tensor.float()).square().sum())
            squares += float(tensor.float().square().sum())
        else:
            assert torch.equal(found[name], tensor), name
    error = (errors / squares) ** 0.5
    assert error == pytest.approx(written.error, rel=1e-4)
    assert error < (0.098 if symmetric else 0.09)  # plain rounding: 0.103 and 0.092 of a Gaussian


def test_a_weight_on_the_grid_is_kept_exactly() -> None:
    steps = torch.randint(-8, 8, (16, 64), generator=torch.Generator().manual_seed(0))
    steps[:, ::32], steps[:, 1::32] = -8, 7  # both ends stand in every group
    weight = steps * 2.0**-6
    assert torch.equal(quantize_weight(weight, 32, symmetric=False).dequantize(), weight)
    assert not quantize_weight(torch.zeros(8, 32), 32).dequantize().any()


def test_symmetric_weights_that_were_dequantized_are_rounded_to_themselves() -> None:
    weight = torch.randn(64, 512, generator=torch.Generator().manual_seed(0)) * 0.02
    once = quantize_weight(weight, 32)
    again = quantize_weight(once.dequantize(), 32)
    assert torch.equal(again.values, once.values)
    assert torch.equal(again.scales, once.scales)


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("transformer.h.3.mlp.c_proj.weight", True),
        ("model.language_model.layers.0.self_attn.q_proj.weight", True),
        ("model.layers.11.mlp.experts.7.down_proj.weight", True),
        ("model.layers.0.mlp.gate.weight", False),
        ("model.layers.0.self_attn.q_proj.bias", False),
        ("model.layers.0.input_layernorm.weight", False),
        ("model.visual.blocks.0.mlp.gate_proj.weight", False),
        ("vision_tower.layers.0.self_attn.q_proj.weight", False),
        ("transformer.visual.transformer.resblocks.0.mlp.c_proj.weight", False),
        ("lm_head.weight", False),
        ("transformer.wte.weight", False),
    ],
)
def test_only_linears_of_the_text_part_are_quantized(name: str, taken: bool) -> None:
    assert is_text_linear(name) is taken


def test_a_failed_run_leaves_nothing_behind(tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(PLAIN, source)
    weights = source / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    with pytest.raises(CoreError) as caught:
        quantize_checkpoint(source, tmp_path / "int4", Recipe())
    assert caught.value.code == "checkpoint_truncated"
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_values_beyond_float16_keep_their_type(tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(PLAIN, source)
    tensors = load_file(source / "model.safetensors")
    tensors["transformer.ln_f.weight"] = torch.full((256,), 1e6, dtype=torch.bfloat16)
    save_file(tensors, source / "model.safetensors")
    quantize_checkpoint(source, tmp_path / "int4", Recipe())
    kept = dict(iterate_tensors(tmp_path / "int4"))["transformer.ln_f.weight"]
    assert torch.equal(kept, tensors["transformer.ln_f.weight"])
