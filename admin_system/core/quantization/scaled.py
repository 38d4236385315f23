"""Weights of eight bits with factors beside them, dequantized while they are read.

Sources: `Fp8Dequantize` of transformers 5.23 for FP8 in blocks (`weight_scale_inv`, which in spite
of its name is multiplied), compressed-tensors 0.20 for one factor a channel or tensor
(`weight_scale`). What they say of activations is left out: those stay unquantized here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import torch
from torch import Tensor

from admin_system.core.checkpoints.quantization import ScaledConfig
from admin_system.core.errors import LoadError

FACTORS = ("_scale_inv", "_scale")
"""What is added to a tensor's name to name its factors."""
LEFT_OUT = ("input_scale", "activation_scale", "output_scale", "k_scale", "v_scale")
"""Of activations."""

Named = tuple[str, Tensor]


def find_factors(names: Collection[str]) -> dict[str, str]:
    """Quantized tensor -> its factors."""
    return {
        name: f"{name}{end}"
        for end in reversed(FACTORS)
        for name in names
        if f"{name}{end}" in names
    }


def plain_names(names: Collection[str]) -> frozenset[str]:
    """The names of a checkpoint once it is dequantized."""
    factors = set(find_factors(names).values())
    return frozenset(name for name in names if name not in factors and not name.endswith(LEFT_OUT))


def dequantize_scaled(
    tensors: Iterable[Named], names: Collection[str], config: ScaledConfig, dtype: torch.dtype
) -> Iterator[Named]:
    """A checkpoint as if it had never been quantized; `names` are all of it. Raises LoadError."""
    factors = find_factors(names)
    owners = {factor: name for name, factor in factors.items()}
    waiting: dict[str, Tensor] = {}
    for name, tensor in tensors:
        if name.endswith(LEFT_OUT):
            continue
        owner = owners.get(name, name)
        if owner not in factors:
            yield name, tensor
        elif owner not in waiting:
            # A copy, because a view would keep its file open until the other half comes.
            waiting[owner] = tensor.clone()
        else:
            first = waiting.pop(owner)
            values, scale = (tensor, first) if name == owner else (first, tensor)
            yield owner, dequantize_values(owner, values, scale, config, dtype)
    for name in waiting:
        raise LoadError("checkpoint_missing_tensor", name=factors[name], count=len(waiting))


def dequantize_values(
    name: str, values: Tensor, scale: Tensor, config: ScaledConfig, dtype: torch.dtype
) -> Tensor:
    """(…, O, I) times its factors: one for all, (O, 1), or (…, O/b, I/b) of blocks.

    Exact in float32, else rounded once from there. Raises LoadError.
    """
    scale = scale.float()
    if scale.numel() == 1:
        return (values.float() * scale.reshape(())).to(dtype)
    if scale.ndim != values.ndim:
        raise LoadError("quantization_bad_layer", name=name, reason=_shapes(values, scale))
    for axis in (-2, -1):
        blocks, size = scale.shape[axis], values.shape[axis]
        if blocks in (1, size):
            continue
        block = config.block[axis] if config.block else -(-size // blocks)
        if -(-size // block) != blocks:
            raise LoadError("quantization_bad_layer", name=name, reason=_shapes(values, scale))
        scale = scale.repeat_interleave(block, axis).narrow(axis, 0, size)
    return (values.float() * scale).to(dtype)


def _shapes(values: Tensor, scale: Tensor) -> str:
    return f"{tuple(values.shape)}, {tuple(scale.shape)}"
