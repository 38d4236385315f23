"""What `config.json` of a 2023 Qwen-VL says, checked field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isqrt
from typing import Any, TypeVar

from admin_system.core.errors import LoadError

Number = TypeVar("Number", int, float, bool)


@dataclass(frozen=True, slots=True)
class VisualConfig:
    """The vision tower and its resampler."""

    width: int
    layers: int
    heads: int
    patch_size: int
    image_size: int
    mlp_ratio: float
    output_dim: int
    """Width of the text part."""
    n_queries: int = 256
    """Features, and so tokens, per picture; a square number."""

    def __post_init__(self) -> None:
        _check(self.width % self.heads == 0, "visual.heads", self.heads)
        _check(self.image_size % self.patch_size == 0, "visual.patch_size", self.patch_size)
        _check(self.output_dim % 128 == 0, "visual.output_dim", self.output_dim)
        _check(isqrt(self.n_queries) ** 2 == self.n_queries, "visual.n_queries", self.n_queries)

    @property
    def mlp_width(self) -> int:
        return int(self.width * self.mlp_ratio)

    @property
    def pooling_heads(self) -> int:
        return self.output_dim // 128


@dataclass(frozen=True, slots=True)
class QwenVLConfig:
    """The text part, and the vision tower in `visual`."""

    vocab_size: int
    """Rows of the embedding and output tables, unused ones included."""
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    kv_channels: int
    """Width of one head."""
    intermediate_size: int
    """Sum of the two branches of the feed-forward part."""
    layer_norm_epsilon: float
    seq_length: int
    """Training length: beyond it the rotary base grows (NTK) and queries are scaled (logn)."""
    max_position_embeddings: int
    rotary_emb_base: float
    use_dynamic_ntk: bool
    use_logn_attn: bool
    visual: VisualConfig

    def __post_init__(self) -> None:
        width = self.kv_channels * self.num_attention_heads
        _check(width == self.hidden_size, "kv_channels", self.kv_channels)
        _check(self.kv_channels in range(4, 4097, 2), "kv_channels", self.kv_channels)
        _check(self.intermediate_size % 2 == 0, "intermediate_size", self.intermediate_size)
        _check(self.seq_length > 1, "seq_length", self.seq_length)
        fits = self.visual.output_dim == self.hidden_size
        _check(fits, "visual.output_dim", self.visual.output_dim)

    @property
    def branch_width(self) -> int:
        return self.intermediate_size // 2

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> QwenVLConfig:
        """Raises LoadError for a text-only Qwen, and for a field missing or out of range."""
        if values.get("model_type") != "qwen":
            raise _bad("model_type", values.get("model_type"))
        visual = values.get("visual")
        if not isinstance(visual, Mapping):
            raise LoadError("checkpoint_text_only")
        for field, only in (("rotary_pct", 1.0), ("no_bias", True), ("tie_word_embeddings", False)):
            _check(values.get(field, only) == only, field, values.get(field))
        heads = _read(values, "num_attention_heads", int)
        hidden = _read(values, "hidden_size", int)
        return cls(
            vocab_size=_read(values, "vocab_size", int),
            hidden_size=hidden,
            num_hidden_layers=_read(values, "num_hidden_layers", int),
            num_attention_heads=heads,
            kv_channels=_read(values, "kv_channels", int, hidden // heads),
            intermediate_size=_read(values, "intermediate_size", int),
            layer_norm_epsilon=_read(values, "layer_norm_epsilon", float, 1e-6),
            seq_length=_read(values, "seq_length", int, 2048),
            max_position_embeddings=_read(values, "max_position_embeddings", int, 8192),
            rotary_emb_base=_read(values, "rotary_emb_base", float, 10000.0),
            use_dynamic_ntk=_read(values, "use_dynamic_ntk", bool, True),
            use_logn_attn=_read(values, "use_logn_attn", bool, True),
            visual=VisualConfig(
                width=_read(visual, "width", int, part="visual."),
                layers=_read(visual, "layers", int, part="visual."),
                heads=_read(visual, "heads", int, part="visual."),
                patch_size=_read(visual, "patch_size", int, part="visual."),
                image_size=_read(visual, "image_size", int, part="visual."),
                mlp_ratio=_read(visual, "mlp_ratio", float, part="visual."),
                output_dim=_read(visual, "output_dim", int, part="visual."),
                n_queries=_read(visual, "n_queries", int, 256, part="visual."),
            ),
        )


def _read(
    values: Mapping[str, Any],
    field: str,
    kind: type[Number],
    default: Number | None = None,
    *,
    part: str = "",
) -> Number:
    """A flag, or a number above 0 (an int where a float is wanted will do)."""
    value = values.get(field, default)
    if kind is bool:
        if isinstance(value, bool):
            return value
    elif isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
        if isinstance(value, kind):
            return value
        if kind is float:
            return kind(value)
    raise _bad(part + field, value)


def _check(holds: bool, field: str, value: object) -> None:
    if not holds:
        raise _bad(field, value)


def _bad(field: str, value: object) -> LoadError:
    return LoadError("checkpoint_bad_config", field=field, value=value)
