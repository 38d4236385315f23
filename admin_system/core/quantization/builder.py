"""Builds the four-bit layers of one checkpoint, each kind checked once and replaced if it fails."""

from __future__ import annotations

import logging
from collections import Counter

import torch
from torch import Tensor, nn

from admin_system.core.checkpoints.quantization import Int4Config
from admin_system.core.quantization.backend import Backend, Target, choose_backend
from admin_system.core.quantization.linear import (
    DequantizedLinear,
    Int4Linear,
    dequantized_linear,
)
from admin_system.core.quantization.products import Int4Product, find_product
from admin_system.core.quantization.self_check import passes_self_check
from admin_system.core.quantization.stored import StoredWeight, read_weight
from admin_system.core.quantization.weight import Int4Weight

logger = logging.getLogger(__name__)

Kind = tuple[int, int, int | None, bool, bool]
"""Inputs, outputs, group size, whether inputs are permuted, whether there is a bias."""


class LayerBuilder:
    """For one checkpoint and one thread; `backends` and `warnings` grow with what is built."""

    def __init__(
        self, config: Int4Config, target: Target, product: Int4Product | None = None
    ) -> None:
        """`product` is the device's own unless one is given."""
        self.config = config
        self.target = target
        self.backends: Counter[Backend] = Counter()
        """How many layers are run which way."""
        self._product = product or find_product(target.device)
        self._passed: dict[Kind, bool] = {}

    @property
    def warnings(self) -> tuple[str, ...]:
        """Codes of `messages.py` for `ModelInfo.warnings`."""
        return () if all(self._passed.values()) else ("quantization_fallback",)

    def build(self, stored: StoredWeight) -> nn.Module:
        """A module (…, I) -> (…, O) on the target's device. Raises LoadError."""
        device = self.target.device
        # Copies, so that the files of the checkpoint are free again.
        parts = {part: tensor.to(device, copy=True) for part, tensor in stored.parts.items()}
        weight = read_weight(StoredWeight(stored.name, parts), self.config)
        bias = parts.get("bias")
        if bias is not None and not bool(bias.any()):
            bias = None  # AutoGPTQ writes zeros where the model has no bias
        backend = choose_backend(self.target, weight.group_size)
        layer: nn.Module | None = None
        if backend is Backend.INT4 and self._product is not None:
            layer = self._build_checked(weight, bias, self._product)
            if layer is None:
                backend = self.target.fallback
        if layer is None:
            once = backend is Backend.DEQUANTIZED
            build = dequantized_linear if once else DequantizedLinear
            layer = build(weight, bias, self.target.dtype)
        self.backends[backend] += 1
        return layer

    def _build_checked(
        self, weight: Int4Weight, bias: Tensor | None, product: Int4Product
    ) -> nn.Module | None:
        """None where torch's product fails or errs for this kind of layer."""
        permuted = weight.column_order is not None
        kind = (weight.inputs, weight.outputs, weight.group_size, permuted, bias is not None)
        if not self._passed.get(kind, True):
            return None
        try:
            layer = Int4Linear(weight, bias, self.target.dtype, product=product)
            if kind not in self._passed:
                self._passed[kind] = passes_self_check(layer, weight, bias)
        except torch.OutOfMemoryError:  # the fallback would need even more
            raise
        except RuntimeError as error:  # what torch raises for all that a kernel cannot do
            logger.warning("torch's int4 product refuses a layer: %s", error)
            self._passed[kind] = False
        return layer if self._passed[kind] else None
