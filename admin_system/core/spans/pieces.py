"""The pieces of an answer: what is said and what is shown."""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Words:
    """Plain text, or a label that stands in it."""

    text: str
    label: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """One place in a picture, in the numbers of the answer: 1, 2 or 4 points."""

    points: tuple[Point, ...]
    grammar: str
    """tags, json or bare."""
    label: str = ""
    """As the JSON form names it; the other forms name it in the words in front."""


Piece = Words | Shape

Step = tuple[list[Piece], int] | None
"""Pieces and the place behind them; None where it cannot be decided yet."""
