"""The vector index in PostgreSQL, by pgvector: searches read the vectors in the rows themselves.

What is committed is found, and nothing else: there is nothing to replay, no file, and no memory of
this process. Few vectors are compared one by one; beyond that an HNSW graph of half precision
brings candidates, which are compared exactly (https://github.com/pgvector/pgvector).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection
from typing import Any

import numpy as np
from django.db import transaction

from admin_system.env import get_env
from admin_system.knowledge_base.index_contents import last_change
from admin_system.knowledge_base.models import EmbeddingProfile
from admin_system.knowledge_base.raw_queries import ask
from admin_system.knowledge_base.searched_index import PATIENCE, IndexKind, LiveIndex
from admin_system.knowledge_base.vector_column import fill, has_column, to_text
from admin_system.knowledge_base.vector_graph import (
    MOST_NUMBERS,
    drop_graph,
    has_graph,
    is_large,
    make_graph,
)
from admin_system.vector_search.embedder import Vectors
from admin_system.vector_search.errors import IndexOpening
from admin_system.vector_search.index import VectorHit, check_vectors, to_cosine
from admin_system.vector_search.subset import Ids

logger = logging.getLogger(__name__)

FEW = 5_000
"""Allowed vectors that are compared one by one."""
CANDIDATES = 1000
"""That the graph brings at a time: `hnsw.ef_search`, of which 1000 is the most."""
COMPARED = 50
"""Of them that are compared exactly, at least."""
REMEMBERED_CHANGES = 1_000
"""For so many changes topics with many passages are taken for having many."""

HELD = """
FROM knowledge_base_passagevector vector
JOIN knowledge_base_passage passage ON passage.id = vector.passage_id
JOIN knowledge_base_document document ON document.id = passage.document_id
WHERE vector.profile_id = {profile} AND vector.embedding IS NOT NULL
AND passage.live AND passage.enabled AND document.state <> 'deleting'
"""
"""As `index_contents.stored_vectors`; the profile stands in the text, for the graph's condition."""
COUNT = "SELECT count(*) {held}"
IDS = "SELECT vector.passage_id {held} ORDER BY 1"
BOUNDED_COUNT = "SELECT count(*) FROM (SELECT 1 {held} LIMIT %s) AS bounded"
EXACTLY = """
SELECT vector.passage_id, -(vector.embedding <#> %s::vector) {held}
ORDER BY vector.embedding <#> %s::vector, vector.passage_id LIMIT %s
"""
# By its own order the graph may be used; a sort of everything may not.
BY_GRAPH = """
SELECT id, -(embedding <#> %s::vector) FROM (
    SELECT vector.passage_id AS id, vector.embedding {held}
    ORDER BY vector.embedding::halfvec({dim}) <#> %s::halfvec({dim}) LIMIT %s
) AS candidate ORDER BY embedding <#> %s::vector, id LIMIT %s
"""
FOR_GRAPH = """
SELECT set_config('hnsw.ef_search', %s, true),
       set_config('hnsw.iterative_scan', 'relaxed_order', true),
       set_config('hnsw.max_scan_tuples', '100000', true),
       set_config('enable_sort', 'off', true), set_config('enable_seqscan', 'off', true)
"""
COSINES = """
SELECT passage_id, -(embedding <#> %s::vector) FROM knowledge_base_passagevector
WHERE profile_id = %s AND passage_id = ANY(%s) AND embedding IS NOT NULL
"""


def in_database() -> bool:
    """Whether vectors are searched where they are stored."""
    return get_env().vectors == "auto" and has_column()


class DatabaseIndex:
    """Of one embedding model; searches and changes are those of this thread's connection."""

    def __init__(self, profile_id: int, dim: int) -> None:
        self.dim = dim
        self._profile = profile_id
        self._held = HELD.format(profile=profile_id)
        self._counted = (-1, 0)
        """Passages after which change."""
        self._many: dict[tuple[int, ...] | None, int] = {}
        """Topics that held many passages at a change."""

    @property
    def kind(self) -> IndexKind:
        return "hnsw" if has_graph(self._profile) else "exact"

    @property
    def watermark(self) -> int:
        return last_change()

    def __len__(self) -> int:
        change = last_change()
        if self._counted[0] != change:
            self._counted = (change, ask(COUNT.format(held=self._held))[0][0])
        return self._counted[1]

    def ids(self) -> Ids:
        rows = ask(IDS.format(held=self._held))
        return np.array([row[0] for row in rows], np.int64)

    def search(
        self,
        query: Vectors,
        limit: int,
        *,
        topics: Collection[int] | None = None,
        ids: Collection[int] | None = None,
    ) -> list[VectorHit]:
        """As `VectorIndex.search`. Raises BadVectors."""
        asked = to_text(check_vectors([query], 1, self.dim)[0])
        held, values = self._allow(topics, ids)
        rows: list[Any] = []
        if ids is None and self._has_many(topics, held, values):
            rows = self._by_graph(asked, held, values, limit)
        if len(rows) < limit:  # few are allowed, or what is allowed lies far from the question
            rows = ask(EXACTLY.format(held=held), asked, *values, asked, limit)
        return [VectorHit(id_, to_cosine(cosine)) for id_, cosine in rows]

    def cosines(self, query: Vectors, ids: Collection[int]) -> dict[int, float]:
        asked = to_text(check_vectors([query], 1, self.dim)[0])
        rows = ask(COSINES, asked, self._profile, [int(id_) for id_ in ids])
        return {id_: to_cosine(cosine) for id_, cosine in rows}

    def _allow(
        self, topics: Collection[int] | None, ids: Collection[int] | None
    ) -> tuple[str, list[object]]:
        held, values = self._held, list[object]()
        if topics is not None:
            held += " AND document.topic_id = ANY(%s)"
            values.append(sorted(map(int, topics)))
        if ids is not None:
            held += " AND vector.passage_id = ANY(%s)"
            values.append(sorted(map(int, ids)))
        return held, values

    def _has_many(self, topics: Collection[int] | None, held: str, values: list[object]) -> bool:
        """More than are compared one by one."""
        change = last_change()
        key = None if topics is None else tuple(sorted(topics))
        if change - self._many.get(key, -REMEMBERED_CHANGES) < REMEMBERED_CHANGES:
            return True
        if not has_graph(self._profile):
            return False
        if ask(BOUNDED_COUNT.format(held=held), *values, FEW + 1)[0][0] <= FEW:
            return False
        self._many[key] = change
        return True

    def _by_graph(self, asked: str, held: str, values: list[object], limit: int) -> list[Any]:
        question = BY_GRAPH.format(held=held, dim=self.dim)
        candidates = max(2 * limit, COMPARED)
        with transaction.atomic():
            ask(FOR_GRAPH, str(max(CANDIDATES, candidates)))
            return ask(question, asked, *values, asked, candidates, asked, limit)


class DatabaseLiveIndex(LiveIndex):
    def __init__(self, profile: EmbeddingProfile, dim: int) -> None:
        super().__init__(profile)
        self._index = DatabaseIndex(profile.pk, dim)
        self._filling = threading.Lock()
        self._filled = False

    def get(self, patience: float | None = PATIENCE) -> DatabaseIndex:
        if not self._filled:
            if not self._filling.acquire(timeout=-1 if patience is None else patience):
                raise IndexOpening
            try:
                if filled := fill(self.profile_id):
                    logger.info("%s vectors were put into pgvector", filled)
                self._filled = True
            finally:
                self._filling.release()
        return self._index

    def opened(self) -> DatabaseIndex | None:
        return self._index if self._filled else None

    def rebuild(self) -> DatabaseIndex:
        fill(self.profile_id, anew=True)
        self._filled = True
        drop_graph(self.profile_id)
        self.tend()
        return self._index

    def save(self) -> None:
        """What is committed is saved."""

    def tend(self) -> None:
        if self._index.dim <= MOST_NUMBERS and is_large(self.profile_id):
            make_graph(self.profile_id, self._index.dim)
