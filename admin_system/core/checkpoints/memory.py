"""Estimates the memory that a model takes, before it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class MemoryEstimate:
    """Bytes."""

    weights: int
    cache: int
    """Keys and values of `context` tokens."""
    activations: int
    runtime: int
    context: int
    """Tokens."""

    @property
    def total(self) -> int:
        return self.weights + self.cache + self.activations + self.runtime


def estimate_memory(
    config: Mapping[str, object], parameters: int, precision: str, context: int
) -> MemoryEstimate:
    """From config.json; `precision` is float32, bfloat16 or float16, `context` is in tokens."""
    size = BYTES[precision]
    text = _text_part(config)
    heads = _number(text, "num_attention_heads", 32)
    head_dim = _number(text, "head_dim", _number(text, "hidden_size", 4096) // heads)
    keys = _number(text, "num_key_value_heads", heads) * head_dim
    cache = 2 * _number(text, "num_hidden_layers", 32) * keys * context * size
    width = _number(text, "intermediate_size", 4 * _number(text, "hidden_size", 4096))
    activations = WIDEST_COPIES * width * min(context, PREFILL_TOKENS) * size
    weights = parameters * size
    return MemoryEstimate(weights, cache, activations, RUNTIME, context)


def require_memory(estimate: MemoryEstimate, free: int) -> None:
    """`free` is in bytes. Raises LoadError."""
    if estimate.total > free:
        raise LoadError(
            "memory_too_small",
            needed_gb=round(estimate.total / 1e9, 1),
            free_gb=round(free / 1e9, 1),
        )


def _text_part(config: Mapping[str, object]) -> Mapping[str, object]:
    """Older folders have the text part's fields at the top."""
    text = config.get("text_config")
    return text if isinstance(text, dict) else config


def _number(fields: Mapping[str, object], name: str, otherwise: int) -> int:
    value = fields.get(name)
    return value if isinstance(value, int) and value > 0 else otherwise
