"""How a checkpoint's four-bit layers come into a network: as its placement asks."""

from __future__ import annotations

import torch
from torch import nn

from admin_system.core.checkpoints.quantization import Int4Config
from admin_system.core.engines.local.placement import Placement
from admin_system.core.networks.assignment import StoredLayer
from admin_system.core.networks.linear import plain_linear
from admin_system.core.quantization.backend import Target
from admin_system.core.quantization.builder import LayerBuilder
from admin_system.core.quantization.stored import StoredWeight, part_shapes


def make_builder(config: Int4Config, placement: Placement) -> LayerBuilder:
    device = torch.device(placement.device)
    target = Target(device, placement.dtype, placement.exact, placement.has_room)
    return LayerBuilder(config, target)


class StoredLayers:
    """For networks of our own: keeps a layer's tensors as stored until all of them are there."""

    def __init__(self, builder: LayerBuilder, names: frozenset[str]) -> None:
        """`names` are all tensors of the checkpoint."""
        self._builder = builder
        self._names = names

    def make(self, name: str, inputs: int, outputs: int, bias: bool) -> nn.Module:
        """As `LinearFactory`."""
        if f"{name}.qweight" not in self._names:
            return plain_linear(name, inputs, outputs, bias)
        shapes = part_shapes(name, self._names, self._builder.config, inputs, outputs)
        return StoredLayer(shapes)

    def complete(self, path: str, layer: nn.Module) -> nn.Module:
        """As `Complete`."""
        if not isinstance(layer, StoredLayer):
            return layer
        return self._builder.build(StoredWeight(path, dict(layer.named_buffers())))
