"""compressed-tensors' "pack-quantized" files in the words of the other four-bit layouts.

Source: compressed-tensors 0.20, `pack_quantized/base.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from torch import Tensor

PARTS: Mapping[str, str] = {
    "weight_packed": "qweight",
    "weight_scale": "scales",
    "weight_zero_point": "qzeros",
    "weight_g_idx": "g_idx",
}
LEFT_OUT = ("weight_shape", "input_scale", "output_scale", "k_scale", "v_scale")
"""The shape is that of the packed values; the rest is about activations."""

Named = tuple[str, Tensor]


def renamed(names: Collection[str]) -> frozenset[str]:
    return frozenset(_rename(name) for name in names if not name.endswith(LEFT_OUT))


def rename_parts(tensors: Iterable[Named]) -> Iterator[Named]:
    for name, tensor in tensors:
        if not name.endswith(LEFT_OUT):
            yield _rename(name), tensor


def _rename(name: str) -> str:
    layer, _, part = name.rpartition(".")
    return f"{layer}.{PARTS[part]}" if part in PARTS else name
