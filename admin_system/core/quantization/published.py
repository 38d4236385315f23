"""What stands beside the weights in a published GPTQ folder: its configuration and other files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from admin_system.core.errors import LoadError

WEIGHT_FILES = ("*.safetensors", "*.bin", "*.index.json", "quantize_config.json", "SHA256SUMS")
"""Weights and what is true of them alone."""
HALF_PRECISION: Mapping[str, object] = {
    "dtype": "float16",
    "torch_dtype": "float16",
    "fp16": True,
    "bf16": False,
    "fp32": False,
}
"""How config.json states the type of its weights, in transformers' words and in those of 2023."""


def read_plain_config(source: Path) -> dict[str, object]:
    """Raises LoadError where there is none, or where the checkpoint is quantized already."""
    file = source / "config.json"
    if not file.is_file():
        raise LoadError("checkpoint_no_config", path=str(source))
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise LoadError("checkpoint_bad_file", file=file.name) from error
    if not isinstance(config, dict):
        raise LoadError("checkpoint_bad_file", file=file.name)
    if "quantization_config" in config or (source / "quantize_config.json").is_file():
        raise LoadError("quantize_source_quantized", path=str(source))
    return config


def write_gptq_config(
    folder: Path, config: Mapping[str, object], *, group_size: int, symmetric: bool
) -> None:
    """Writes config.json and quantize_config.json with the fields of AutoGPTQ 0.7.1."""
    fields: dict[str, object] = {
        "bits": 4,
        "group_size": group_size,
        "damp_percent": 0.01,
        "desc_act": False,
        "static_groups": False,
        "sym": symmetric,
        "true_sequential": True,
        "model_name_or_path": None,
        "model_file_base_name": "model",
        "quant_method": "gptq",
        "checkpoint_format": "gptq",
    }
    whole = _in_half_precision(config) | {"quantization_config": fields}
    for name, values in (("config.json", whole), ("quantize_config.json", fields)):
        text = json.dumps(values, indent=2, ensure_ascii=False) + "\n"
        (folder / name).write_text(text, encoding="utf-8")


def copy_other_files(source: Path, folder: Path) -> None:
    """Everything but weights, their indices and hidden files; nothing from subfolders."""
    for file in sorted(source.iterdir()):
        is_weight = any(file.match(pattern) for pattern in WEIGHT_FILES)
        if file.is_file() and not is_weight and not file.name.startswith("."):
            shutil.copyfile(file, folder / file.name)


def _in_half_precision(config: Mapping[str, object]) -> dict[str, object]:
    return {
        key: _in_half_precision(value)
        if isinstance(value, Mapping)
        else HALF_PRECISION.get(key, value)
        for key, value in config.items()
    }
