"""torch's own int4 matrix products: what they take, how they pack, how that is undone.

Sources: `aten/src/ATen/native/cpu/int4mm_kernel.cpp` and `native/cuda/int4mm.cu` of torch 2.13.
Both compute `x @ ((values - 8) * scale + zero).T` in bfloat16 over groups of 32, 64, 128 or 256
inputs; their packings differ from each other and, on a CPU, from one instruction set to the next.
"""

from __future__ import annotations

import platform
from abc import ABC, abstractmethod
from functools import lru_cache, partial
from typing import ClassVar

import torch
from torch import Tensor

from admin_system.core.quantization.tiles import Tile, find_tile

GROUP_SIZES = (256, 128, 64, 32)
"""Inputs that may share a scale, the largest first."""
NEEDED_CAPABILITY = (8, 0)
"""Below it the CUDA product fails with "named symbol not found" instead of a clear error."""


class Int4Product(ABC):
    """One device's product; it keeps nothing but what it found out about its packing."""

    output_multiple: ClassVar[int]
    """Outputs are padded to a multiple of it."""
    wide_rows: ClassVar[int]
    """From so many rows on it is faster to dequantize chunk by chunk and multiply in bfloat16."""
    chunk_values: ClassVar[int]
    """Weights that are dequantized at a time."""

    @abstractmethod
    def pack(self, values: Tensor) -> Tensor:
        """(O, I) uint8 of 0..15, O padded, I a multiple of 32 -> packed, outputs first."""

    @abstractmethod
    def multiply(self, x: Tensor, packed: Tensor, group_size: int, scales: Tensor) -> Tensor:
        """(R, I) bfloat16 -> (R, O) bfloat16; `scales` is (I/g, O, 2) of scale and zero."""

    @abstractmethod
    def tile_of(self, packed: Tensor) -> Tile | None:
        """How a packed weight is laid out; None where that could not be found out."""


class CpuProduct(Int4Product):
    """Vectorised for bfloat16 on x86 with AVX2 or AVX512; other types are 6 to 200 times slower."""

    output_multiple = 64
    wide_rows = 80  # scripts/benchmarks/int4_linear.py
    chunk_values = 1 << 20

    def __init__(self, device: torch.device) -> None:
        self._tile = find_tile(self.pack, device, ((64, 1), (32, 1)))

    def pack(self, values: Tensor) -> Tensor:
        return torch.ops.aten._convert_weight_to_int4pack_for_cpu(values.int(), 2)

    def multiply(self, x: Tensor, packed: Tensor, group_size: int, scales: Tensor) -> Tensor:
        return torch.ops.aten._weight_int4pack_mm_for_cpu(x, packed, group_size, scales)

    def tile_of(self, packed: Tensor) -> Tile | None:
        return self._tile


class CudaProduct(Int4Product):
    """The tensor cores' product; packed is int32 (O/8, I/(16 t), 32, t/2) for t of 2, 4 or 8."""

    output_multiple = 8
    wide_rows = 64  # not measured yet
    chunk_values = 1 << 26

    def __init__(self, device: torch.device) -> None:
        self._tiles = {
            depth: find_tile(partial(self._pack, depth=depth), device, ((8, 16 * depth),))
            for depth in (2, 4, 8)
        }

    def pack(self, values: Tensor) -> Tensor:
        # The deepest tile loads the most bytes at a time.
        inputs = values.shape[1]
        return self._pack(values, next(depth for depth in (8, 4, 2) if inputs % (16 * depth) == 0))

    def multiply(self, x: Tensor, packed: Tensor, group_size: int, scales: Tensor) -> Tensor:
        return torch.ops.aten._weight_int4pack_mm(x, packed, group_size, scales)

    def tile_of(self, packed: Tensor) -> Tile | None:
        return self._tiles[packed.shape[-1] * 2]

    @staticmethod
    def _pack(values: Tensor, depth: int) -> Tensor:
        # Unlike the CPU's, this one wants two values a byte, the even input in the high nibble.
        pairs = (values[:, ::2] << 4) | values[:, 1::2]
        return torch.ops.aten._convert_weight_to_int4pack(pairs.contiguous(), depth)


def has_cpu_product(system: str, machine: str, capability: str) -> bool:
    """Whether torch's product is vectorised on a CPU: on x86, and not under MSVC.

    The arguments are `platform.system()`, `platform.machine()` and torch's CPU capability.
    """
    return (
        system != "Windows"
        and machine.lower() in {"x86_64", "amd64"}
        and capability in {"AVX2", "AVX512"}
    )


@lru_cache(maxsize=16)
def find_product(device: torch.device) -> Int4Product | None:
    """The int4 product of a device; None where torch has none that is worth using."""
    if device.type == "cuda" and torch.version.hip is None:
        capable = torch.cuda.get_device_capability(device) >= NEEDED_CAPABILITY
        return CudaProduct(device) if capable else None
    if device.type == "cpu":
        capability = torch.backends.cpu.get_cpu_capability()
        if has_cpu_product(platform.system(), platform.machine(), capability):
            return CpuProduct(device)
    return None
