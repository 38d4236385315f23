"""A question to passages: both legs within the topics that may be read, joined to the database."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from admin_system.knowledge_base.embedding import current_profile, get_embedder
from admin_system.knowledge_base.keywords import keyword_index
from admin_system.knowledge_base.live_index import get_live_index
from admin_system.knowledge_base.models import Document, Passage
from admin_system.vector_search.embedder import Embedder
from admin_system.vector_search.errors import EmbedderFault, EmbedderLoadError
from admin_system.vector_search.fusion import Mode
from admin_system.vector_search.index import VectorIndex
from admin_system.vector_search.searcher import LeftOut, Scores, Searcher, SearchRequest

logger = logging.getLogger(__name__)

ENOUGH = 0.5
"""The score from which on a passage may answer a question; below it "not in the documents"."""


@dataclass(frozen=True, slots=True)
class PassageHit:
    """A passage that answers, best first in its list."""

    passage: Passage
    """With its document and topic at hand."""
    score: float
    """0..1, as `SearchHit.score`; the order is by fused rank, not by it."""
    scores: Scores


@dataclass(frozen=True, slots=True)
class PassageHits:
    hits: tuple[PassageHit, ...]
    left_out: LeftOut | None = None
    """Why a hybrid search did without vectors."""


def search_passages(
    *,
    query: str,
    topics: Collection[int] | None = None,
    limit: int = 5,
    mode: Mode = "hybrid",
    min_score: float = 0.0,
) -> PassageHits:
    """Blocks, the first time for the load of the embedding model. `topics` None searches all.

    Raises EmbedderLoadError and EmbedderFault in the mode `vector`; hybrid goes on without.
    """
    embedder, index = (None, None) if mode == "keyword" else open_vector_leg(mode)
    searcher = Searcher(keyword_index(), index, embedder)
    rows: dict[int, Passage] = {}

    def read_texts(ids: Sequence[int]) -> Mapping[int, str]:
        rows.update(find_visible(ids, topics))
        return {id_: passage.indexed_text for id_, passage in rows.items()}

    request = SearchRequest(query=query, limit=limit, mode=mode, topics=topics, min_score=min_score)
    found = searcher.search(request, read_texts)
    hits = tuple(PassageHit(rows[hit.id], hit.score, hit.scores) for hit in found.hits)
    return PassageHits(hits, found.left_out)


def open_vector_leg(mode: Mode) -> tuple[Embedder | None, VectorIndex | None]:
    profile = current_profile()
    if profile is None:
        return None, None
    try:
        return get_embedder(profile), get_live_index(profile).get()
    except (EmbedderLoadError, EmbedderFault):
        if mode == "vector":
            raise
        logger.exception("searching without vectors")
        return None, None


def find_visible(ids: Collection[int], topics: Collection[int] | None) -> dict[int, Passage]:
    """Those that are there at this moment and may be seen; every hit goes through here."""
    rows = Passage.objects.filter(pk__in=ids, live=True, enabled=True).exclude(
        document__state=Document.State.DELETING
    )
    if topics is not None:
        rows = rows.filter(document__topic__in=topics)
    return {passage.pk: passage for passage in rows.select_related("document__topic")}
