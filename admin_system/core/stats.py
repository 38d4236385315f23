"""Readings of an engine at work."""

from __future__ import annotations

from dataclasses import dataclass

from admin_system.core.upstreams import UpstreamState


@dataclass(frozen=True, slots=True)
class CacheStats:
    """How often an engine finds what it has computed before."""

    prefix_hit_rate: float | None
    """Share of prompt tokens that were not computed again, 0..1; None before the first."""
    picture_hit_rate: float | None
    """Share of pictures that the vision tower did not see again, 0..1."""
    prefix_tokens: int
    """Of prompts, since the load."""
    prefix_hits: int
    """Of them, those that were not computed again."""
    pictures: int
    """That were looked at since the load."""
    picture_hits: int
    """Of them, those that the vision tower did not see again."""
    prefix_bytes: int
    """Keys and values: all that is reserved for them."""
    picture_bytes: int
    """Features that are kept."""


@dataclass(frozen=True, slots=True)
class DecodeStats:
    """How the next tokens of running answers are computed."""

    captured: bool = False
    """In steps that a CUDA graph holds."""
    reason: str | None = "steps_not_for_family"
    """A code of `messages`: why they are not captured."""
    sizes: int = 0
    """Steps of different sizes that are ready."""
    attention: str | None = None
    """torch's kernel: flash, efficient, cudnn or math; None where it was not looked for."""


@dataclass(frozen=True, slots=True)
class EngineStats:
    """A reading of an engine at work."""

    running: int = 0
    waiting: int = 0
    slots: int = 1
    tokens_per_second: float | None = None
    """Of the last minute of generation; None when nothing was generated."""
    generated_tokens: int = 0
    """Since the model was loaded."""
    cache: CacheStats | None = None
    """None where an engine keeps nothing."""
    decode: DecodeStats | None = None
    """None where no network runs in this process."""
    upstreams: tuple[UpstreamState, ...] = ()
    """Of an engine elsewhere."""
