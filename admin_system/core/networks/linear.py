"""How the linear layers of our networks come about, so that quantised ones can take their place."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

LinearFactory = Callable[[str, int, int, bool], nn.Module]
"""Called with the layer's tensor prefix (`transformer.h.0.attn.c_attn`), its input and output
widths and whether it has a bias; returns a module that maps (…, inputs) to (…, outputs)."""


def plain_linear(name: str, inputs: int, outputs: int, bias: bool) -> nn.Module:
    return nn.Linear(inputs, outputs, bias=bias)
