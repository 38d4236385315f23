"""The question sets of the tests, and how often a ranking puts the right passage in front."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class QuestionSet:
    passages: tuple[str, ...]
    questions: tuple[tuple[str, int], ...]
    """With the place of the right passage."""


@lru_cache(maxsize=8)
def read_set(name: str) -> QuestionSet:
    rows = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    asked = [(text, place) for place, row in enumerate(rows) for text in row["questions"]]
    return QuestionSet(tuple(row["passage"] for row in rows), tuple(asked))


def hit_rate(
    questions: Sequence[tuple[str, int]], search: Callable[[str], Sequence[int]], among: int = 5
) -> float:
    """Share 0..1 of the questions whose passage is among the first ids."""
    hits = [place in list(search(question))[:among] for question, place in questions]
    return sum(hits) / len(hits)
