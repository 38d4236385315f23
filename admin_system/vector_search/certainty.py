"""How surely a passage is about the question, 0..1: its evidence against what chance brings.

Of many passages some cover part of any question. What the best one covers of a question that none
of them answers grows with the logarithm of their number, as extreme values do; here are the lines
below which 19 of 20 such questions stay. On the line the certainty is .5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from admin_system.vector_search.coverage import discounted
from admin_system.vector_search.scripts import script_shares

STEEPNESS = 3.0
"""Twice the evidence of chance is .89, half of it .11."""

FEWEST = 25
"""Passages from which on it was measured; with fewer the line stays where it is."""


@dataclass(frozen=True, slots=True)
class Chance:
    """Evidence that 1 of 20 unanswerable questions exceeds: base + growth * ln(passages)."""

    base: float
    growth: float
    measured: int
    """Passages up to which it was measured; it does not grow beyond."""

    def limit(self, passages: int) -> float:
        return self.base + self.growth * math.log(min(max(passages, FEWEST), self.measured))


# docs/measurements.md, "A score that means something"
HAN = Chance(0.0055, 0.0183, 2_500)
"""Keywords, a question with Chinese characters."""
LATIN = Chance(0.072, 0.0175, 500)
"""Keywords, any other question: its tokens are single words, which chance meets more often."""
VECTOR = Chance(0.21, 0.043, 500)
"""The cosine alone; of the model that ships."""
BOTH = Chance(0.25, 0.05, 500)
"""Cosine and keywords, added."""


def certainty(evidence: float, limit: float) -> float:
    """Rises from 0 towards 1, through .5 at the limit."""
    odds = math.pow(max(0.0, evidence) / limit, STEEPNESS)
    return odds / (1 + odds)


@dataclass(frozen=True, slots=True)
class Judge:
    """Of the passages found for one question."""

    passages: int
    """Among which was searched."""
    han: bool

    @classmethod
    def of(cls, query: str, passages: int) -> Judge:
        return cls(passages, "han" in script_shares(query))

    def judge(self, cosine: float | None, share: float | None, length: float) -> float:
        """`cosine` and covered `share` are None where that leg took no part; where both did, what
        they say together, or the keywords alone, if that is more."""
        near = max(0.0, cosine or 0.0)
        if share is None:
            return certainty(near, VECTOR.limit(self.passages))
        covered = discounted(share, length)
        alone = certainty(covered, (HAN if self.han else LATIN).limit(self.passages))
        if cosine is None:
            return alone
        return max(alone, certainty(near + covered, BOTH.limit(self.passages)))
