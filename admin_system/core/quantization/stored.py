"""Gathers the tensors of each quantized layer from a stream of a checkpoint's tensors."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from admin_system.core.checkpoints.quantization import Int4Config
from admin_system.core.errors import LoadError
from admin_system.core.quantization.layout import (
    PER_WORD,
    unpack_awq,
    unpack_compressed,
    unpack_gptq,
)
from admin_system.core.quantization.weight import Int4Weight

MARK = "qweight"
"""A tensor of this name tells that its layer is quantized, whatever a list of modules says."""
NEEDED = (MARK, "qzeros", "scales")
PARTS = (*NEEDED, "g_idx", "bias")


@dataclass(frozen=True, slots=True, eq=False)
class StoredWeight:
    """A layer just as the file has it."""

    name: str
    """Of the layer in the checkpoint."""
    parts: Mapping[str, Tensor]
    """`qweight`, `qzeros`, `scales`, and where present `g_idx` and `bias`."""


def quantized_layers(names: Iterable[str]) -> tuple[str, ...]:
    """The layers among a checkpoint's tensor names that are quantized, sorted."""
    end = f".{MARK}"
    return tuple(sorted(name.removesuffix(end) for name in names if name.endswith(end)))


def part_shapes(
    name: str, names: Collection[str], config: Int4Config, inputs: int, outputs: int
) -> dict[str, tuple[int, ...]]:
    """The shapes that a layer's parts must have, of those that the checkpoint's names list."""
    groups = 1 if config.group_size == -1 else -(-inputs // config.group_size)
    awq = config.method == "awq"
    shapes: dict[str, tuple[int, ...]] = {
        MARK: (inputs, outputs // PER_WORD) if awq else (inputs // PER_WORD, outputs),
        "qzeros": (groups, outputs // PER_WORD),
        "scales": (groups, outputs),
        "g_idx": (inputs,),
        "bias": (outputs,),
    }
    return {part: shape for part, shape in shapes.items() if f"{name}.{part}" in names}


def collect_layers(
    tensors: Iterable[tuple[str, Tensor]], names: Collection[str]
) -> Iterator[tuple[str, Tensor] | StoredWeight]:
    """Passes plain tensors on and gives each quantized layer when its last tensor has come.

    `names` are all names of the checkpoint. Raises LoadError where a layer stays incomplete.
    """
    waiting: dict[str, dict[str, Tensor]] = {name: {} for name in quantized_layers(names)}
    wanted = {name: {part for part in PARTS if f"{name}.{part}" in names} for name in waiting}
    for name, tensor in tensors:
        layer, _, part = name.rpartition(".")
        if layer not in waiting or part not in PARTS:
            yield name, tensor
            continue
        parts = waiting[layer]
        parts[part] = tensor
        if parts.keys() == wanted[layer]:
            del waiting[layer]
            yield StoredWeight(layer, parts)
    for layer, parts in waiting.items():
        missing = sorted(wanted[layer] - parts.keys())
        raise LoadError(
            "checkpoint_missing_tensor", name=f"{layer}.{missing[0]}", count=len(missing)
        )


def read_weight(stored: StoredWeight, config: Int4Config) -> Int4Weight:
    """The weight itself, on the device where the parts are. Raises LoadError."""
    name, parts = stored.name, stored.parts
    packed = config.method == "compressed-tensors"  # which leaves symmetric zero points out
    missing = [part for part in NEEDED if part not in parts and not (packed and part == "qzeros")]
    if missing:
        raise LoadError(
            "checkpoint_missing_tensor", name=f"{name}.{missing[0]}", count=len(missing)
        )
    qweight, qzeros, scales = parts[MARK], parts.get("qzeros"), parts["scales"]
    try:
        if qzeros is None or packed:
            return unpack_compressed(qweight, qzeros, scales, parts.get("g_idx"))
        if config.method == "awq":
            return unpack_awq(qweight, qzeros, scales)
        g_idx, size = parts.get("g_idx"), config.group_size
        return unpack_gptq(qweight, qzeros, scales, g_idx, version=config.version, group_size=size)
    except ValueError as error:
        raise LoadError("quantization_bad_layer", name=name, reason=str(error)) from error


def dequantize_tensors(
    tensors: Iterable[tuple[str, Tensor]],
    names: Collection[str],
    config: Int4Config,
    dtype: torch.dtype = torch.float32,
) -> Iterator[tuple[str, Tensor]]:
    """A four-bit checkpoint as if it had never been quantized: `<name>.weight` and biases.

    Raises LoadError.
    """
    for item in collect_layers(tensors, names):
        if isinstance(item, StoredWeight):
            yield from dequantize_layer(item, config, dtype)
        else:
            yield item


def dequantize_layer(
    stored: StoredWeight, config: Int4Config, dtype: torch.dtype
) -> Iterator[tuple[str, Tensor]]:
    """The layer's `<name>.weight` (O, I) and, where it has one, `<name>.bias`."""
    yield f"{stored.name}.weight", read_weight(stored, config).dequantize(dtype)
    if "bias" in stored.parts:
        yield f"{stored.name}.bias", stored.parts["bias"]
