"""Estimates the memory that a model takes, before it is loaded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from admin_system.core.checkpoints.weights import TensorHeader
from admin_system.core.errors import LoadError

WORKING_CONTEXT = 4096
"""Tokens that must fit at least where the configuration states no length; a longer conversation
takes more when it comes."""
PREFILL_TOKENS = 4096
WIDEST_COPIES = 6
"""Tensors as wide as the feed-forward layer that live at once in a prefill, rounded up."""
RUNTIME = 300 * 1024 * 1024
"""Bytes of torch and its libraries themselves."""
BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}
PLAIN_TYPES = {"F64", "F32", "F16", "BF16"}
VISION = re.compile(r"(?:^|\.)(?:visual|vision\w*)\.")
PER_WORD = 8
"""Four-bit values in an int32."""
PACKED_PARTS = {
    "qweight": ("qweight", "qzeros", "scales", "g_idx"),
    "weight_packed": ("weight_packed", "weight_scale", "weight_zero_point", "weight_shape"),
}
"""The tensor that tells of a four-bit layer -> all that belong to it."""
EXPERT = re.compile(r"\.experts\.\d+\.")
"""A layer that becomes part of a stacked tensor; it is dequantized for that."""


@dataclass(frozen=True, slots=True)
class WeightSizes:
    """What the tensors of a checkpoint come to."""

    text: int
    """Values of plain tensors outside the vision tower."""
    vision: int
    """Values of plain tensors of the vision tower."""
    packed: int
    """Values of quantized tensors."""
    packed_bytes: int
    """Bytes of quantized tensors and all that belongs to them, as stored."""

    @property
    def parameters(self) -> int:
        return self.text + self.vision + self.packed


def measure_weights(tensors: Mapping[str, TensorHeader]) -> WeightSizes:
    text = vision = packed = packed_bytes = 0
    for name, tensor in tensors.items():
        layer, _, part = name.rpartition(".")
        in_four_bits = any(
            part in parts and f"{layer}.{mark}" in tensors for mark, parts in PACKED_PARTS.items()
        )
        if in_four_bits and EXPERT.search(name):
            text += tensor.values * PER_WORD if part in PACKED_PARTS else 0
        elif in_four_bits or tensor.dtype not in PLAIN_TYPES:
            packed_bytes += tensor.bytes
            if in_four_bits and part in PACKED_PARTS:
                packed += tensor.values * PER_WORD
            elif not in_four_bits:
                packed += tensor.values
        elif VISION.search(name):
            vision += tensor.values
        else:
            text += tensor.values
    return WeightSizes(text, vision, packed, packed_bytes)


@dataclass(frozen=True, slots=True)
class MemoryEstimate:
    """Bytes."""

    weights: int
    """All of them."""
    vision: int
    """Those of the vision tower, counted among `weights`."""
    cache: int
    """Keys and values of `context` tokens."""
    activations: int
    runtime: int
    context: int
    """Tokens."""

    @property
    def total(self) -> int:
        return self.weights + self.cache + self.activations + self.runtime

    def on_devices(self, device: str, visual_device: str) -> dict[str, int]:
        """What each device must hold."""
        if visual_device == device:
            return {device: self.total}
        return {device: self.total - self.vision, visual_device: self.vision}


def estimate_memory(
    config: Mapping[str, object],
    sizes: WeightSizes,
    precision: str,
    context: int,
    *,
    packed: bool = True,
) -> MemoryEstimate:
    """From config.json; `precision` is float32, bfloat16 or float16, `context` is in tokens.

    With `packed` quantized layers stay as they are stored, else they take plain values.
    """
    size = BYTES[precision]
    text = _text_part(config)
    heads = _number(text, "num_attention_heads", 32)
    head_dim = _number(text, "head_dim", _number(text, "hidden_size", 4096) // heads)
    keys = _number(text, "num_key_value_heads", heads) * head_dim
    cache = 2 * _number(text, "num_hidden_layers", 32) * keys * context * size
    width = _number(text, "intermediate_size", 4 * _number(text, "hidden_size", 4096))
    activations = WIDEST_COPIES * width * min(context, PREFILL_TOKENS) * size
    quantized = sizes.packed_bytes if packed else sizes.packed * size
    vision = sizes.vision * size
    weights = sizes.text * size + vision + quantized
    return MemoryEstimate(weights, vision, cache, activations, RUNTIME, context)


def require_memory(device: str, needed: int, free: int) -> None:
    """In bytes. Raises LoadError."""
    if needed > free:
        raise LoadError(
            "memory_too_small",
            device=device,
            needed_gb=round(needed / 1e9, 1),
            free_gb=round(free / 1e9, 1),
        )


def _text_part(config: Mapping[str, object]) -> Mapping[str, object]:
    """Older folders have the text part's fields at the top."""
    text = config.get("text_config")
    return text if isinstance(text, dict) else config


def _number(fields: Mapping[str, object], name: str, otherwise: int) -> int:
    value = fields.get(name)
    return value if isinstance(value, int) and value > 0 else otherwise
