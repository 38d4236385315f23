"""Folders as people have them when something went wrong, made from whole ones."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from safetensors.numpy import load_file, save_file

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.tests.golden import QWEN_VL

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
CONFIG = "config.json"

Break = Callable[[Path], None]
"""Makes a folder of that path, with a fault in it."""


def change_json(file: Path, **fields: Any) -> None:
    content = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(content | fields), encoding="utf-8")


def missing_shard(folder: Path) -> None:
    shutil.copytree(MINIATURE, folder)
    names = list(load_file(folder / WEIGHTS))
    (folder / WEIGHTS).rename(folder / "model-00001-of-00002.safetensors")
    places = dict.fromkeys(names, "model-00001-of-00002.safetensors")
    places[names[-1]] = "model-00002-of-00002.safetensors"
    (folder / INDEX).write_text(json.dumps({"weight_map": places}), encoding="utf-8")


def truncated_weights(folder: Path) -> None:
    shutil.copytree(MINIATURE, folder)
    with (folder / WEIGHTS).open("r+b") as file:
        file.truncate((MINIATURE / WEIGHTS).stat().st_size // 2)


def wrong_shape(folder: Path) -> None:
    shutil.copytree(MINIATURE, folder)
    tensors = load_file(folder / WEIGHTS)
    name = next(name for name in tensors if name.endswith("blocks.0.mlp.linear_fc1.weight"))
    tensors[name] = tensors[name][:-16].copy()
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})


def text_only(folder: Path) -> None:
    """The first Qwen shares its model_type with Qwen-VL, but has no part for pictures."""
    shutil.copytree(QWEN_VL / "ckpt-fp16", folder)
    config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    del config["visual"]
    (folder / CONFIG).write_text(json.dumps(config), encoding="utf-8")


class Trap:
    """Unpickled carelessly, it makes a folder."""

    def __init__(self, made: Path) -> None:
        self.made = made

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self.made),)


def trap_of(folder: Path) -> Path:
    """What is there once the code in the folder's pickle has run."""
    return folder.with_name(f"{folder.name}.executed")


def pickle_with_code(folder: Path) -> None:
    """As published in 2023: weights in pytorch_model.bin."""
    import torch

    shutil.copytree(QWEN_VL / "ckpt-fp16", folder, ignore=shutil.ignore_patterns("*.safetensors"))
    content = {"transformer.wte.weight": Trap(trap_of(folder))}
    torch.save(content, folder / "pytorch_model.bin")


def no_config(folder: Path) -> None:
    shutil.copytree(MINIATURE, folder)
    (folder / CONFIG).unlink()


def nothing_there(folder: Path) -> None:
    """A path that was written wrong."""


def too_large(folder: Path) -> None:
    """Small files that describe a model whose keys and values no computer holds."""
    shutil.copytree(MINIATURE, folder)
    text = json.loads((folder / CONFIG).read_text(encoding="utf-8"))["text_config"]
    change_json(folder / CONFIG, text_config={**text, "num_hidden_layers": 10**8})


BREAKS: dict[str, Break] = {
    "checkpoint_missing_shard": missing_shard,
    "checkpoint_truncated": truncated_weights,
    "checkpoint_wrong_shape": wrong_shape,
    "checkpoint_text_only": text_only,
    "checkpoint_unsafe_file": pickle_with_code,
    "checkpoint_no_config": no_config,
    "checkpoint_missing_folder": nothing_there,
    "memory_too_small": too_large,
}
"""Code of the error that is told -> how the folder came to be so."""
