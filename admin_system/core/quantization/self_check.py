"""Compares a layer that was just built with its dequantized product, before anyone relies on it."""

from __future__ import annotations

import logging

import torch
from torch import Tensor

from admin_system.core.quantization.linear import Int4Linear
from admin_system.core.quantization.weight import Int4Weight

logger = logging.getLogger(__name__)

ALLOWED_ERROR = 1e-2
"""Relative, by the Frobenius norm. bfloat16 gives 3e-3; a wrong layout gives about 1."""
CHECKED_OUTPUTS = 512
"""Outputs compared, from both ends of the layer: enough to see any packing fault."""


def passes_self_check(layer: Int4Linear, weight: Int4Weight, bias: Tensor | None) -> bool:
    """Runs the layer on one random row, on a few, and on so many that it takes its other way.

    Raises RuntimeError where torch cannot run it at all.
    """
    device = weight.values.device
    generator = torch.Generator().manual_seed(0)
    half = min(CHECKED_OUTPUTS, weight.outputs) // 2
    picked = torch.cat(
        [torch.arange(half), torch.arange(weight.outputs - half, weight.outputs)]
    ).to(device)
    part = Int4Weight(
        weight.values[picked], weight.zeros[:, picked], weight.scales[:, picked], weight.groups
    )
    reference = part.dequantize(torch.float32)
    for rows in (1, 3, layer.product.wide_rows):
        x = torch.randn(rows, weight.inputs, generator=generator).bfloat16().to(device)
        with torch.no_grad():
            y = layer(x)[:, picked].float()
        expected = x.float() @ reference.T
        if bias is not None:
            expected += bias[picked].float()
        error = float((y - expected).norm() / expected.norm().clamp(min=1e-30))
        if not error <= ALLOWED_ERROR:  # so that NaN fails too
            logger.warning("an int4 layer is off by %.2g with %d rows", error, rows)
            return False
    return True
