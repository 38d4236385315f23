"""Training on rounded weights: the text part multiplies by what its four-bit file will hold.

Gradients pass straight through the rounding to the weights behind it (the straight-through
estimator of Bengio, Léonard and Courville 2013, arXiv:1308.3432).
"""

import sys
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from admin_system.core.quantization.rounding import quantize_weight
from admin_system.core.quantization.writer import is_text_linear


class RoundedLinear(nn.Linear):
    """Takes the place of a linear layer and keeps its parameters, under the same names."""

    def __init__(self, layer: nn.Linear, group_size: int) -> None:
        super().__init__(
            layer.in_features, layer.out_features, layer.bias is not None, device="meta"
        )
        self.weight, self.bias = layer.weight, layer.bias
        self.group_size = group_size

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """(..., I) -> (..., O)."""
        rounded = StraightThrough.apply(self.weight, self.group_size)
        return functional.linear(states, rounded, self.bias)


class StraightThrough(torch.autograd.Function):
    """The weight (O, I) as `quantize_model` writes and the service reads it, from the float16
    weights of an exported folder."""

    @staticmethod
    def forward(_: Any, weight: torch.Tensor, group_size: int) -> torch.Tensor:
        with torch.autocast(weight.device.type, enabled=False):
            return quantize_weight(weight.half(), group_size).dequantize()

    @staticmethod
    def backward(_: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None]:
        return gradients[0], None


def round_text_part(network: nn.Module, group_size: int) -> None:
    """Replace just the layers that `quantize_model` writes in four bits."""
    for name, layer in list(network.named_modules()):
        if isinstance(layer, nn.Linear) and is_text_linear(f"{name}.weight"):
            network.set_submodule(name, RoundedLinear(layer, group_size))
