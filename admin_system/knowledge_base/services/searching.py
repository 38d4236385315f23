"""A question to passages: both legs within the topics that may be read, joined to the database."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from admin_system.core.images import read_picture
from admin_system.core.tracing import span
from admin_system.env import get_env
from admin_system.knowledge_base.embedding import current_profile, get_embedder
from admin_system.knowledge_base.index_contents import last_change
from admin_system.knowledge_base.keywords import keyword_index
from admin_system.knowledge_base.live_index import get_live_index
from admin_system.knowledge_base.models import Document, IndexChange, Passage
from admin_system.knowledge_base.readers.embedded import LONGEST_SIDE
from admin_system.vector_search.embedder import Embedder
from admin_system.vector_search.errors import EmbedderFault, EmbedderLoadError
from admin_system.vector_search.fusion import K, Mode
from admin_system.vector_search.searcher import (
    LeftOut,
    Scores,
    Searcher,
    SearchRequest,
    Standing,
    Timings,
    VectorLeg,
)

logger = logging.getLogger(__name__)

LOOKS = 10
"""At most, for a search in whose midst its own hits are changed."""
ENOUGH = 0.5
"""The certainty from which on a passage may answer a question; below it "not in the documents"."""


@dataclass(frozen=True, slots=True)
class PassageHit:
    """A passage that answers, best first in its list."""

    passage: Passage
    """With its document and topic at hand."""
    score: float
    """0..1, the larger of `scores`; the order is by fused rank, not by it."""
    scores: Scores
    certainty: float
    """0..1, as `SearchHit.certainty`: whether it answers at all."""
    standing: Standing


@dataclass(frozen=True, slots=True)
class PassageHits:
    hits: tuple[PassageHit, ...]
    left_out: LeftOut | None = None
    """Why a hybrid search did without vectors."""
    timings: Timings = field(default_factory=Timings)


@span("search")
def search_passages(
    *,
    query: str,
    topics: Collection[int] | None = None,
    limit: int = 5,
    mode: Mode = "hybrid",
    min_score: float = 0.0,
    picture: bytes | None = None,
) -> PassageHits:
    """Blocks, the first time for the load of the embedding model. `topics` None searches all.

    A picture is searched with instead of the words; the embedding model must take pictures.
    Raises EmbedderLoadError and EmbedderFault in the mode `vector` and with a picture, hybrid goes
    on without; BadPicture.
    """
    if picture is not None:
        return search_by_picture(picture, topics, limit, min_score)
    request = SearchRequest(query=query, limit=limit, mode=mode, topics=topics, min_score=min_score)
    rows: dict[int, Passage] = {}

    def read_texts(ids: Sequence[int]) -> Mapping[int, str]:
        rows.update(find_visible(ids, topics))
        return {id_: passage.indexed_text for id_, passage in rows.items()}

    for _ in range(LOOKS):
        rows.clear()
        seen = last_change()
        embedder, index = (None, None) if mode == "keyword" else open_vector_leg(mode)
        found = Searcher(keyword_index(), index, embedder).search(request, read_texts)
        if not was_changed(rows, seen):
            break
    hits = (
        PassageHit(rows[hit.id], hit.score, hit.scores, hit.certainty, hit.standing)
        for hit in found.hits
    )
    return PassageHits(tuple(hits), found.left_out, found.timings)


def search_by_picture(
    data: bytes, topics: Collection[int] | None, limit: int, min_score: float
) -> PassageHits:
    """What lies next to it: pictures that look alike, then texts. Raises as `search_passages`."""
    image = read_picture(data, max_pixels=get_env().max_picture_pixels, param="image_base64").image
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    embedder, _ = open_vector_leg("vector")
    if embedder is None:
        raise EmbedderFault("embedder_not_loaded")
    vector = embedder.embed_pictures([image])[0]
    begun = time.perf_counter()
    for _ in range(LOOKS):
        seen = last_change()
        _, index = open_vector_leg("vector")
        near = index.search(vector, 2 * limit, topics=topics) if index is not None else []
        rows = find_visible([hit.id for hit in near], topics)
        if not was_changed(rows, seen):
            break
    scored = [(rows[hit.id], max(0.0, hit.cosine)) for hit in near if hit.id in rows]
    hits = [
        PassageHit(row, score, Scores(score, None), score, Standing(1 / (K + rank), rank))
        for rank, (row, score) in enumerate(scored, start=1)
    ]
    best = tuple(hit for hit in hits if hit.score >= min_score)[:limit]
    return PassageHits(best, timings=Timings(vector=time.perf_counter() - begun))


def was_changed(ids: Collection[int], since: int) -> bool:
    """Then the legs may have seen other texts than the rows have."""
    return IndexChange.objects.filter(sequence__gt=since, passage_id__in=ids).exists()


def open_vector_leg(mode: Mode) -> tuple[Embedder | None, VectorLeg | None]:
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
