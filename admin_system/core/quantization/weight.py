"""A linear layer's weight in four bits, free of any file's or product's packing."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

LARGEST_VALUE = 15
OUTPUTS_AT_A_TIME = 512
"""Outputs dequantized in one go, so that the temporary copies stay small."""


@dataclass(frozen=True, slots=True, eq=False)
class Int4Weight:
    """`W[o, i] = scales[groups[i], o] * (values[o, i] - zeros[groups[i], o])`.

    O outputs, I inputs, G groups of inputs that share a scale and a zero point.
    """

    values: Tensor
    """(O, I), uint8, 0..15."""
    zeros: Tensor
    """(G, O), uint8, 0..16: the value that stands for 0.0."""
    scales: Tensor
    """(G, O), floating."""
    groups: Tensor
    """(I,), int64, 0..G-1: the group of each input."""

    def __post_init__(self) -> None:
        outputs, inputs = self.values.shape
        if self.scales.shape != self.zeros.shape or self.scales.shape[1:] != (outputs,):
            raise ValueError(
                f"scales {tuple(self.scales.shape)} and zero points {tuple(self.zeros.shape)} "
                f"do not fit {outputs} outputs"
            )
        if self.groups.shape != (inputs,):
            raise ValueError(f"{tuple(self.groups.shape)} group indices for {inputs} inputs")
        if inputs and not 0 <= int(self.groups.min()) <= int(self.groups.max()) < len(self.scales):
            raise ValueError(f"a group index lies outside 0..{len(self.scales) - 1}")

    @property
    def outputs(self) -> int:
        return int(self.values.shape[0])

    @property
    def inputs(self) -> int:
        return int(self.values.shape[1])

    @property
    def group_size(self) -> int | None:
        """Inputs of each group; None where the groups are not all of one size."""
        count = len(self.scales)
        sizes = torch.bincount(self.groups, minlength=count)
        return self.inputs // count if bool((sizes == sizes[0]).all()) else None

    @property
    def column_order(self) -> Tensor | None:
        """(I,), int64: the inputs sorted by group; None where they are already."""
        if bool((self.groups[1:] >= self.groups[:-1]).all()):
            return None
        return torch.argsort(self.groups, stable=True)

    def dequantize(self, dtype: torch.dtype = torch.float32) -> Tensor:
        """(O, I). Exact in float32 with float16 scales, else rounded once from there."""
        exact = torch.float64 if dtype == torch.float64 else torch.float32
        weight = torch.empty(self.values.shape, dtype=dtype, device=self.values.device)
        for start in range(0, self.outputs, OUTPUTS_AT_A_TIME):
            part = slice(start, start + OUTPUTS_AT_A_TIME)
            zeros = self.zeros[:, part].T.to(exact).index_select(1, self.groups)  # (o, I)
            scales = self.scales[:, part].T.to(exact).index_select(1, self.groups)
            weight[part] = self.values[part].to(exact).sub_(zeros).mul_(scales)
        return weight
