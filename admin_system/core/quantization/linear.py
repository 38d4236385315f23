"""Linear layers over four-bit weights: by torch's int4 product, or dequantized per call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

import torch
import torch.nn.functional as F  # noqa: N812 - torch's own short name
from torch import Tensor, nn

from admin_system.core.quantization.products import GROUP_SIZES, Int4Product
from admin_system.core.quantization.weight import Int4Weight

PER_CALL_VALUES = 1 << 22
"""Weights that `DequantizedLinear` holds dequantized at a time."""


def product_group_size(group_size: int | None) -> int | None:
    """The largest group of torch's products that divides a file's; None where none does."""
    if group_size is None:
        return None
    return next((size for size in GROUP_SIZES if group_size % size == 0), None)


class PackedLinear(nn.Module):
    """What both layers share: (…, I) -> (…, O) in the type of the input; weights never train.

    The stored weight keeps its types when a model is cast.
    """

    def __init__(self, weight: Int4Weight, bias: Tensor | None, dtype: torch.dtype) -> None:
        super().__init__()
        self.in_features = weight.inputs
        self.out_features = weight.outputs
        self.register_buffer("bias", None if bias is None else bias.to(dtype))

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}"

    def forward(self, x: Tensor) -> Tensor:
        y = self.multiply(x.reshape(-1, self.in_features)).to(x.dtype)
        if self.bias is not None:
            y = y + self.bias.to(x.dtype)
        return y.view(*x.shape[:-1], self.out_features)

    def multiply(self, x: Tensor) -> Tensor:
        """(R, I) -> (R, O) without bias."""
        raise NotImplementedError

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        def move(tensor: Tensor) -> Tensor:
            moved = fn(tensor)
            return moved if moved.dtype == tensor.dtype else tensor.to(moved.device)

        super()._apply(move, recurse)
        return self


class Int4Linear(PackedLinear):
    """Multiplies by torch's int4 product in bfloat16, whatever the type of its input.

    From `product.wide_rows` rows on it dequantizes chunk by chunk instead. The packing belongs to
    the device that it was made on: move the model there first, then build this layer.
    """

    def __init__(
        self,
        weight: Int4Weight,
        bias: Tensor | None,
        dtype: torch.dtype,
        *,
        product: Int4Product,
    ) -> None:
        """`dtype` is that of the bias. Raises ValueError where the groups do not fit."""
        super().__init__(weight, bias, dtype)
        size = product_group_size(weight.group_size)
        if weight.group_size is None or size is None:
            raise ValueError("torch's int4 products need equal groups of a multiple of 32 inputs")
        self.product = product
        self.group_size = size
        order, values = weight.column_order, weight.values
        if order is not None:
            values = values.index_select(1, order)
        scales = weight.scales.float()  # (G, O)
        zeros = (8 - weight.zeros.float()) * scales
        both = torch.stack([scales, zeros], -1)  # (G, O, 2)
        both = both.repeat_interleave(weight.group_size // size, 0)  # (I/g, O, 2)
        missing = -weight.outputs % product.output_multiple
        packed = product.pack(F.pad(values, (0, 0, 0, missing)))
        self.register_buffer("packed", packed)
        self.register_buffer("scales", F.pad(both, (0, 0, 0, missing)).bfloat16().contiguous())
        self.register_buffer("column_order", order)

    def multiply(self, x: Tensor) -> Tensor:
        if self.column_order is not None:
            x = x.index_select(1, self.column_order)
        x = x.bfloat16().contiguous()
        if len(x) >= self.product.wide_rows and self.product.tile_of(self.packed) is not None:
            return self.multiply_wide(x)
        return self.multiply_narrow(x)

    def multiply_narrow(self, x: Tensor) -> Tensor:
        """(R, I) bfloat16, inputs in the order of the packing -> (R, O): torch's own product."""
        y = self.product.multiply(x, self.packed, self.group_size, self.scales)
        return y[:, : self.out_features]

    def multiply_wide(self, x: Tensor) -> Tensor:
        """As `multiply_narrow`, by dequantizing some outputs at a time."""
        tile = self.product.tile_of(self.packed)
        if tile is None:
            raise ValueError("the packing of this device cannot be undone")
        outputs, bytes_per_output = self.scales.shape[1], self.in_features // 2
        flat = self.packed.view(torch.uint8).flatten()
        step = max(1, self.product.chunk_values // self.in_features // tile.outputs) * tile.outputs
        parts = []
        for start in range(0, outputs, step):
            end = min(start + step, outputs)
            chunk = flat[start * bytes_per_output : end * bytes_per_output]
            values = tile.unpack(chunk, self.in_features).view(torch.int8) - 8  # (I, o)
            grouped = values.bfloat16().unflatten(0, (-1, self.group_size))  # (I/g, g, o)
            scales, zeros = self.scales[:, None, start:end].movedim(-1, 0).contiguous()
            # One fused step rounds once where two would round twice.
            parts.append(x @ torch.addcmul(zeros, grouped, scales).flatten(0, 1))
        return torch.cat(parts, -1)[:, : self.out_features]

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        before = self.packed.device.type
        super()._apply(fn, recurse)
        after = self.packed.device.type
        if after not in {before, "meta"}:
            raise RuntimeError(f"an int4 layer packed for {before} cannot move to {after}")
        return self


class DequantizedLinear(PackedLinear):
    """Keeps four bits and dequantizes at every call, in the type of the input.

    Exact in float32, for any group index and any size, and slow.
    """

    def __init__(self, weight: Int4Weight, bias: Tensor | None, dtype: torch.dtype) -> None:
        """`dtype` is that of the bias."""
        super().__init__(weight, bias, dtype)
        even = F.pad(weight.values, (0, weight.inputs % 2))
        low, high = even.chunk(2, 1)
        self.register_buffer("values", low | (high << 4))  # (O, ceil(I/2))
        self.register_buffer("zeros", weight.zeros)
        self.register_buffer("scales", weight.scales)
        self.register_buffer("groups", weight.groups)

    def multiply(self, x: Tensor) -> Tensor:
        step = max(1, PER_CALL_VALUES // self.in_features)
        parts = []
        for start in range(0, self.out_features, step):
            rows = slice(start, start + step)
            parts.append(x @ self._weight(rows).dequantize(x.dtype).T)
        return torch.cat(parts, -1)

    def _weight(self, rows: slice) -> Int4Weight:
        pairs = self.values[rows]
        values = torch.cat([pairs & 15, pairs >> 4], 1)[:, : self.in_features]
        return Int4Weight(values, self.zeros[:, rows], self.scales[:, rows], self.groups)


def dequantized_linear(weight: Int4Weight, bias: Tensor | None, dtype: torch.dtype) -> nn.Module:
    """An ordinary nn.Linear with the weight dequantized once."""
    layer = nn.Linear(weight.inputs, weight.outputs, bias is not None, device="meta")
    parameter = nn.Parameter(weight.dequantize(dtype), requires_grad=False)
    layer.register_parameter("weight", parameter)
    if bias is not None:
        layer.register_parameter("bias", nn.Parameter(bias.to(dtype), requires_grad=False))
    return layer
