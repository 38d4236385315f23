"""Which way a four-bit layer is run on a device, in the order of preference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import torch

from admin_system.core.quantization.linear import product_group_size
from admin_system.core.quantization.products import find_product


class Backend(StrEnum):
    INT4 = "int4"
    """torch's int4 product: four bits in memory, bfloat16 arithmetic."""
    DEQUANTIZED = "dequantized"
    """Dequantized once: four times the memory (eight in float32), the speed of a plain layer."""
    DEQUANTIZED_PER_CALL = "dequantized_per_call"
    """Four bits in memory, dequantized at every call: the slowest."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where four-bit layers go and what is asked of them."""

    device: torch.device
    dtype: torch.dtype
    """Of the activations, of biases, and of weights that are dequantized."""
    exact: bool = False
    """Arithmetic in `dtype` throughout, never in bfloat16: for tests and small models."""
    has_room: bool = True
    """The dequantized weights fit the device's memory; see `dequantized_bytes`."""

    @property
    def fallback(self) -> Backend:
        """What is taken where torch's product cannot be used."""
        return Backend.DEQUANTIZED if self.has_room else Backend.DEQUANTIZED_PER_CALL


def choose_backend(target: Target, group_size: int | None) -> Backend:
    """`group_size` is the layer's, None where its groups differ in size.

    The int4 product is taken on CUDA from compute capability 8.0 and on x86 with AVX2 or AVX512
    (not on Windows, where torch does not vectorise it); the rest is dequantized, once where memory
    allows.
    """
    fits = product_group_size(group_size) is not None
    if fits and not target.exact and find_product(target.device) is not None:
        return Backend.INT4
    return target.fallback


def dequantized_bytes(shapes: Mapping[str, Iterable[int]], dtype: torch.dtype) -> int:
    """Bytes that the four-bit weights of a checkpoint take when dequantized.

    `shapes` are those of its tensors by name, as the headers of the files state them.
    """
    words = (
        torch.Size(shape).numel() for name, shape in shapes.items() if name.endswith(".qweight")
    )
    return int(sum(words) * 8 * dtype.itemsize)
