"""A four-bit folder as if it had never been quantized, for readers that know no four bits."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from safetensors.torch import save_file

from admin_system.core.checkpoints.quantization import Int4Config, read_quantization
from admin_system.core.checkpoints.tensors import iterate_tensors, read_names
from admin_system.core.quantization.stored import dequantize_tensors


def read_config(folder: Path) -> dict[str, Any]:
    config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return config


def write_dequantized(source: Path, target: Path) -> Path:
    """Its four-bit layers in float32, everything else as it is."""
    config = read_config(source)
    quantization = read_quantization(config, source)
    assert isinstance(quantization, Int4Config)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("model*", "quantize_config*"))
    del config["quantization_config"]
    (target / "config.json").write_text(json.dumps(config), encoding="utf-8")
    tensors = dict(dequantize_tensors(iterate_tensors(source), read_names(source), quantization))
    save_file(tensors, target / "model.safetensors", metadata={"format": "pt"})
    return target
