"""Functions that a model may ask its caller to run; part of `types.py`, where others find it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import uuid4


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    description: str
    parameters: str
    """A JSON schema of an object."""


@dataclass(frozen=True, slots=True)
class ToolWish:
    """What may be called."""

    tools: tuple[Tool, ...]
    choice: Literal["auto", "required"] = "auto"
    """With `required` the answer is a call, of whichever of the tools."""
    parallel: bool = True
    """More than one call may stand in an answer."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    id: str
    name: str
    arguments: str
    """JSON."""


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A piece of a call: first its id and name, then its arguments."""

    index: int
    """Of the call in its answer."""
    id: str = ""
    name: str = ""
    arguments: str = ""


def new_call_id() -> str:
    return f"call_{uuid4().hex[:24]}"
