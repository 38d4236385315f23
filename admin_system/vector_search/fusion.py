"""Two rankings made one: by ranks, each vote worth as much as the hit itself scores.

Plain reciprocal ranks let a leg that found nothing good spoil the other one: on questions in other
words than the text hit@1 fell from .92 (vectors alone) to .72, weighted it rises to .93; on English
XQuAD from .934 to .962.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

Mode = Literal["hybrid", "vector", "keyword"]
Vote = tuple[int, float]
"""An id and its score in this leg, 0..1."""

K = 60
"""As in the paper; a larger one gives lower ranks more say."""


def fuse(*rankings: Sequence[Vote], k: int = K) -> list[int]:
    """Ids by reciprocal rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009), best first.

    A single ranking keeps its order. Equal ones stand by their best rank, then by id, so that a
    question always gets the same answer.
    """
    if len(rankings) == 1:
        return [id_ for id_, _ in rankings[0]]
    scores = fused_scores(*rankings, k=k)
    best: dict[int, int] = {}
    for ranking in rankings:
        for rank, (id_, _) in enumerate(ranking, start=1):
            best[id_] = min(rank, best.get(id_, rank))
    return sorted(scores, key=lambda id_: (-scores[id_], best[id_], id_))


def fused_scores(*rankings: Sequence[Vote], k: int = K) -> dict[int, float]:
    """Id -> the sum of its votes, each divided by k + rank; at most the number of rankings / k.

    In a single ranking every vote counts as 1: nothing is weighed against it.
    """
    if len(rankings) == 1:
        return {id_: 1 / (k + rank) for rank, (id_, _) in enumerate(rankings[0], start=1)}
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, (id_, weight) in enumerate(ranking, start=1):
            scores[id_] = scores.get(id_, 0.0) + weight / (k + rank)
    return scores
