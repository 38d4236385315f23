"""Rounds a plain weight to four bits: nearest value, scales chosen by least squared error."""

from __future__ import annotations

import torch
from torch import Tensor

from admin_system.core.quantization.weight import LARGEST_VALUE, Int4Weight

SYMMETRIC_ZERO = 8
CLIP_RATIOS = (15 / 16, 0.9, 0.87, 0.84, 0.8, 0.76, 0.72, 15 / 14)
"""Scales tried for each group, as shares of the one that just covers its widest value: below 1 a
few outliers are clipped for a finer grid; above 1 the lopsided symmetric grid of -8..7 reaches the
positive end. At 15/16 the widest value becomes -8 exactly, at 15/14 7 or -7: so symmetric weights
that were dequantized are rounded to themselves."""
SMALLEST_SCALE = 2.0**-14
"""The least normal float16."""
VALUES_AT_A_TIME = 1 << 22


def quantize_weight(
    weight: Tensor, group_size: int, *, symmetric: bool = True, clip: bool = True
) -> Int4Weight:
    """(O, I) floating -> groups of neighbours; `group_size` divides I, -1 takes all of it.

    Scales are float16 and everything is rounded with them as stored. Zero points lie in 1..15,
    which every version of the layout can write. `clip` False is AutoGPTQ's plain rounding.
    """
    inputs = weight.shape[1]
    size = inputs if group_size == -1 else group_size
    if inputs % size:
        raise ValueError(f"{inputs} inputs do not divide into groups of {size}")
    step = max(1, VALUES_AT_A_TIME // inputs)
    parts = [
        _quantize_groups(rows.float().unflatten(1, (-1, size)), symmetric, clip)
        for rows in weight.split(step)
    ]
    values, zeros, scales = (torch.cat(part) for part in zip(*parts, strict=True))
    return Int4Weight(
        values=values.flatten(1),
        zeros=zeros.T.contiguous(),
        scales=scales.T.contiguous(),
        groups=torch.arange(inputs, device=weight.device) // size,
    )


def _quantize_groups(x: Tensor, symmetric: bool, clip: bool) -> tuple[Tensor, Tensor, Tensor]:
    """(O, G, g) -> values (O, G, g) uint8, zeros (O, G) uint8, scales (O, G) float16."""
    low = x.amin(-1, keepdim=True).clamp(max=0)
    high = x.amax(-1, keepdim=True).clamp(min=0)
    if symmetric:
        high = torch.maximum(high, -low)
        low = -high
    values, zeros, scales = _round(x, low, high, 1.0, symmetric)
    least = _error(x, values, zeros, scales)
    for ratio in CLIP_RATIOS if clip else ():
        tried = _round(x, low, high, ratio, symmetric)
        error = _error(x, *tried)
        better = error < least
        least = torch.where(better, error, least)
        values = torch.where(better, tried[0], values)
        zeros = torch.where(better, tried[1], zeros)
        scales = torch.where(better, tried[2], scales)
    return values.to(torch.uint8), zeros.squeeze(-1).to(torch.uint8), scales.squeeze(-1).half()


def _round(
    x: Tensor, low: Tensor, high: Tensor, ratio: float, symmetric: bool
) -> tuple[Tensor, Tensor, Tensor]:
    scales = ((high - low) * (ratio / LARGEST_VALUE)).clamp(min=SMALLEST_SCALE).half().float()
    if symmetric:
        zeros = torch.full_like(scales, SYMMETRIC_ZERO)
    else:
        zeros = (-low * ratio / scales).round().clamp(1, LARGEST_VALUE)
    return (x / scales).round().add(zeros).clamp(0, LARGEST_VALUE), zeros, scales


def _error(x: Tensor, values: Tensor, zeros: Tensor, scales: Tensor) -> Tensor:
    return ((values - zeros) * scales - x).square().sum(-1, keepdim=True)
