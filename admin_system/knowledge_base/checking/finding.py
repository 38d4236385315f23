"""One thing that is not as it should be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    code: str
    """Of `messages`: what is wrong, and what can be done."""
    values: Mapping[str, object]
    repair: Callable[[], object] | None = None
    """May begin a job that does the rest; None where only a person can help."""
