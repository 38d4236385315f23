"""A 2023 Qwen-VL folder as published to a network ready to answer; no file of it is executed."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from admin_system.core.checkpoints.tensors import Progress, iterate_tensors, read_names
from admin_system.core.errors import LoadError
from admin_system.core.networks.assignment import (
    Complete,
    Placement,
    assign_tensors,
    check_names,
    keep_layer,
)
from admin_system.core.networks.linear import LinearFactory, plain_linear
from admin_system.core.networks.qwen_vl.configuration import QwenVLConfig
from admin_system.core.networks.qwen_vl.model import VISUAL, QwenVL


def read_config(folder: Path) -> QwenVLConfig:
    """Raises LoadError."""
    try:
        values = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise LoadError("checkpoint_no_config", path=str(folder)) from error
    except ValueError as error:
        raise LoadError("checkpoint_bad_file", file="config.json") from error
    if not isinstance(values, dict):
        raise LoadError("checkpoint_bad_file", file="config.json")
    return QwenVLConfig.from_json(values)


def load_qwen_vl(
    folder: Path,
    *,
    dtype: torch.dtype,
    device: torch.device | str = "cpu",
    visual_device: torch.device | str | None = None,
    linear: LinearFactory = plain_linear,
    complete: Complete = keep_layer,
    progress: Progress | None = None,
) -> QwenVL:
    """Names are checked before the first weight is read; at most one shard is in memory twice.

    Where `read_names(folder)` has a `*.qweight`, `linear` makes a StoredLayer and `complete` turns
    it into a quantised one. `visual_device` takes the vision tower where the main device is too
    small for both. Raises LoadError.
    """
    config = read_config(folder)
    with torch.device("meta"):
        network = QwenVL(config, linear)
    check_names(network.state_dict(), read_names(folder))
    parts = {} if visual_device is None else {f"{VISUAL}.": visual_device}
    placement = Placement(dtype, device, parts)
    assign_tensors(network, iterate_tensors(folder, progress), placement, complete)
    network.eval()
    return network
