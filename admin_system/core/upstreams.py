"""The services that run a model elsewhere: where they are, and how each of them is."""

from __future__ import annotations

from dataclasses import dataclass, field

ASKER_HEADER = "x-qwen-vl-asker"
"""By which one process of ours tells another whose question it is."""


@dataclass(frozen=True, slots=True)
class UpstreamAddress:
    """One OpenAI-compatible service."""

    url: str
    """Base address, ending in /v1."""
    model: str = ""
    """The model's name there; empty takes the first that it lists."""
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class UpstreamState:
    """A reading of one service among several."""

    url: str
    """Without a user's name and password."""
    model: str
    """Its name there; empty where it has not answered yet."""
    healthy: bool
    """Requests are sent to it."""
    running: int
    """Requests of ours in flight there."""
    answered: int
    """Since the model was loaded."""
    failures: int
    """In a row."""
    reason: str = ""
    """Code of the last failure, while there are failures."""
    next_look: float | None = None
    """Seconds until it is asked again whether it is well; None while it is healthy."""


def without_user(url: str) -> str:
    """An address that may be shown: `http://name:password@host/v1` -> `http://host/v1`."""
    scheme, separator, rest = url.partition("://")
    place, slash, path = rest.partition("/")
    return f"{scheme}{separator}{place.rpartition('@')[2]}{slash}{path}"
