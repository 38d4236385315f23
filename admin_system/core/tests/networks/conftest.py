"""The three forms in which the 2023 Qwen-VL is published, as small checkpoints."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from admin_system.core.checkpoints.tensors import read_names
from admin_system.core.networks.assignment import StoredLayer
from admin_system.core.networks.linear import LinearFactory, plain_linear
from admin_system.core.networks.qwen_vl.loading import load_qwen_vl
from admin_system.core.networks.qwen_vl.model import QwenVL
from admin_system.core.quantization.layout import unpack_gptq
from admin_system.core.quantization.linear import dequantized_linear
from admin_system.core.tests.golden import QWEN_VL

GROUP = 128


def stored_where_packed(names: frozenset[str]) -> LinearFactory:
    """Layers of the published GPTQ layout where the checkpoint has them."""

    def make(name: str, inputs: int, outputs: int, bias: bool) -> nn.Module:
        if f"{name}.qweight" not in names:
            return plain_linear(name, inputs, outputs, bias)
        return StoredLayer(
            {
                "qweight": (inputs // 8, outputs),
                "qzeros": (inputs // GROUP, outputs // 8),
                "scales": (inputs // GROUP, outputs),
                "g_idx": (inputs,),
                "bias": (outputs,),
            }
        )

    return make


def dequantize(_path: str, layer: nn.Module) -> nn.Module:
    if not isinstance(layer, StoredLayer):
        return layer
    packed = (layer.qweight, layer.qzeros, layer.scales, layer.g_idx)
    return dequantized_linear(unpack_gptq(*packed, version=1), layer.bias, torch.float32)


def write_bin_shards(folder: Path) -> None:
    """The fp16 folder as the bf16 model is published: `pytorch_model-000kk-of-000nn.bin`."""
    shutil.copytree(QWEN_VL / "ckpt-fp16", folder, dirs_exist_ok=True)
    tensors = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    weight_map = {}
    for number, half in enumerate((sorted(tensors)[::2], sorted(tensors)[1::2]), start=1):
        file = f"pytorch_model-{number:05}-of-00002.bin"
        torch.save({name: tensors[name] for name in half}, folder / file)
        weight_map.update(dict.fromkeys(half, file))
    index = {"metadata": {"total_size": 0}, "weight_map": weight_map}
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps(index), encoding="utf-8")


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    shards = tmp_path_factory.mktemp("ckpt-fp16-bin")
    write_bin_shards(shards)
    return {"fp16": QWEN_VL / "ckpt-fp16", "bin": shards, "int4": QWEN_VL / "ckpt-int4"}


@pytest.fixture(scope="session")
def networks(folders: dict[str, Path]) -> dict[str, QwenVL]:
    """In float32, as the golden values."""
    return {
        form: load_qwen_vl(
            folder,
            dtype=torch.float32,
            linear=stored_where_packed(read_names(folder)),
            complete=dequantize,
        )
        for form, folder in folders.items()
    }
