"""One search from question to hits: both legs, the language gate, fusion and scores."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal, Protocol

from admin_system.vector_search.certainty import Judge
from admin_system.vector_search.coverage import TokenWeights, coverage, length_of
from admin_system.vector_search.embedder import Embedder, Vectors
from admin_system.vector_search.errors import EmbedderFault
from admin_system.vector_search.fusion import Mode, Vote, fuse, fused_scores
from admin_system.vector_search.index import VectorHit
from admin_system.vector_search.keyword_index import KeywordIndex
from admin_system.vector_search.rerank import Reranker

logger = logging.getLogger(__name__)

CANDIDATES = 20
"""That each leg brings at least."""
RERANKED = 20

ReadTexts = Callable[[Sequence[int]], Mapping[int, str]]
"""Ids to the texts of the passages that are there and may be seen; what it leaves out is no hit."""
LeftOut = Literal["unread", "failed"]


class VectorLeg(Protocol):
    """Passages by their meaning, wherever their vectors lie."""

    def search(
        self,
        query: Vectors,
        limit: int,
        *,
        topics: Collection[int] | None = None,
        ids: Collection[int] | None = None,
    ) -> list[VectorHit]:
        """The nearest of the allowed, best first; `query` is a unit vector (dim,)."""

    def cosines(self, query: Vectors, ids: Collection[int]) -> dict[int, float]:
        """Of the ids that are held."""


@dataclass(frozen=True, slots=True)
class Scores:
    vector: float | None
    """Cosine 0..1; None where that leg took no part or the passage has no vector."""
    keyword: float | None
    """Share 0..1 of the question's idf that the passage covers."""

    @property
    def best(self) -> float:
        return max(self.vector or 0.0, self.keyword or 0.0)


@dataclass(frozen=True, slots=True)
class Standing:
    """Why a hit is where it is."""

    fused: float
    """Sum of its weighted reciprocal ranks, by which hits are ordered."""
    vector: int | None = None
    """Its rank in the vector leg, from 1; None where that leg did not bring it."""
    keyword: int | None = None


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds that the parts of a search took; a leg that took no part has none."""

    vector: float = 0.0
    """With the embedding of the question."""
    keyword: float = 0.0
    fusion: float = 0.0
    """With the scores of all that both legs brought."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    id: int
    score: float
    """0..1, the larger of `scores`; the order of the hits is by fused rank, not by it."""
    scores: Scores
    certainty: float
    """0..1, as `certainty.Judge`: .5 is what chance reaches among so many passages."""
    text: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class SearchRequest:
    query: str
    limit: int = 5
    mode: Mode = "hybrid"
    topics: Collection[int] | None = None
    """None allows all, an empty one none."""
    ids: Collection[int] | None = None
    min_score: float = 0.0
    """Of `SearchHit.score`."""

    def __post_init__(self) -> None:
        if self.limit < 1:
            raise ValueError(f"limit is {self.limit}, which should be at least 1")
        if not 0 <= self.min_score <= 1:
            raise ValueError(f"min_score is {self.min_score}, which should be within 0..1")


@dataclass(frozen=True, slots=True)
class SearchResult:
    hits: tuple[SearchHit, ...]
    left_out: LeftOut | None = None
    """Why a hybrid search did without vectors: the question's script, or a silent embedder."""
    timings: Timings = field(default_factory=Timings)


class Searcher:
    """Made per search, since the keyword index belongs to a connection; holds nothing itself."""

    def __init__(
        self,
        lexical: KeywordIndex,
        index: VectorLeg | None = None,
        embedder: Embedder | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self._lexical = lexical
        self._index = index
        self._embedder = embedder
        self._reranker = reranker

    def search(self, request: SearchRequest, read_texts: ReadTexts) -> SearchResult:
        """Raises EmbedderFault in the mode `vector`; a hybrid search goes on without vectors."""
        begun = time.perf_counter()
        vector, left_out = self._embed(request)
        near = self._find_near(request, vector)
        embedded = time.perf_counter()
        worded = self._find_worded(request)
        found = time.perf_counter()
        texts = read_texts(list(dict.fromkeys([*near, *worded])))
        scores = self._score(request, vector, texts)
        by_vector = [(id_, scores[id_].vector or 0.0) for id_ in near if id_ in texts]
        by_words = [(id_, vote(scores[id_].keyword)) for id_ in worded if id_ in texts]
        legs = {"vector": by_vector} if vector is not None else {}
        legs |= {"keyword": by_words} if request.mode != "vector" else {}
        rankings = list(legs.values())
        standings = to_standings(legs)
        judge = Judge.of(request.query, self._lexical.count(request.topics))
        hits = (
            SearchHit(
                id=id_,
                score=scores[id_].best,
                scores=scores[id_],
                certainty=judge.judge(
                    scores[id_].vector, scores[id_].keyword, length_of(texts[id_])
                ),
                text=texts[id_],
                standing=standings[id_],
            )
            for id_ in self._rerank(request.query, fuse(*rankings), texts)
            if scores[id_].best >= request.min_score
        )
        best = tuple(islice(hits, request.limit))
        timings = Timings(embedded - begun, found - embedded, time.perf_counter() - found)
        return SearchResult(best, left_out, timings)

    def _find_near(self, request: SearchRequest, vector: Vectors | None) -> list[int]:
        """Ids of the vector leg, best first."""
        if vector is None or self._index is None:
            return []
        hits = self._index.search(vector, depth_of(request), topics=request.topics, ids=request.ids)
        return [hit.id for hit in hits]

    def _find_worded(self, request: SearchRequest) -> list[int]:
        """Ids of the keyword leg, best first."""
        if request.mode == "vector":
            return []
        hits = self._lexical.search(
            request.query, depth_of(request), topics=request.topics, ids=request.ids
        )
        return [hit.id for hit in hits]

    def _embed(self, request: SearchRequest) -> tuple[Vectors | None, LeftOut | None]:
        if request.mode == "keyword":
            return None, None
        if self._embedder is None or self._index is None:
            if request.mode == "vector":
                raise EmbedderFault("embedder_not_loaded")
            return None, "failed"
        try:
            if request.mode == "hybrid" and not self._embedder.reads(request.query):
                return None, "unread"
            return self._embedder.embed([request.query], "query")[0], None
        except EmbedderFault:
            if request.mode == "vector":
                raise
            logger.exception("searching without vectors")
            return None, "failed"

    def _rerank(self, query: str, ranked: list[int], texts: Mapping[int, str]) -> list[int]:
        if self._reranker is None:
            return ranked
        first = ranked[:RERANKED]
        relevances = self._reranker.rerank(query, [texts[id_] for id_ in first])
        order = sorted(range(len(first)), key=lambda place: (-relevances[place], place))
        return [*(first[place] for place in order), *ranked[RERANKED:]]

    def _score(
        self, request: SearchRequest, vector: Vectors | None, texts: Mapping[int, str]
    ) -> dict[int, Scores]:
        """Of each text in every leg that takes part, whichever leg found it."""
        weights: TokenWeights = {}
        if request.mode != "vector":
            weights = self._lexical.weigh(request.query)
        cosines: dict[int, float] = {}
        if vector is not None and self._index is not None:
            cosines = self._index.cosines(vector, texts)
        return {
            id_: Scores(
                max(0.0, cosines[id_]) if id_ in cosines else None,
                coverage(weights, text) if weights else None,
            )
            for id_, text in texts.items()
        }


def depth_of(request: SearchRequest) -> int:
    """Hits that each leg brings at most."""
    return max(CANDIDATES, 2 * request.limit)


def to_standings(legs: Mapping[str, Sequence[Vote]]) -> dict[int, Standing]:
    ranks = {
        leg: {id_: rank for rank, (id_, _) in enumerate(ranking, start=1)}
        for leg, ranking in legs.items()
    }
    return {
        id_: Standing(fused, *(ranks.get(leg, {}).get(id_) for leg in ("vector", "keyword")))
        for id_, fused in fused_scores(*legs.values()).items()
    }


def vote(share: float | None) -> float:
    """Of the keyword leg: half a question covered says much less than half of what all says."""
    return (share or 0.0) ** 2
