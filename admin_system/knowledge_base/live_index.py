"""The vector index that this process searches: opened from its file, kept up with the database.

The file is a cache. What it lacks is replayed from the changes after its watermark; when it is
missing, damaged, of another model, or does not hold what the database holds, it is built anew.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import numpy as np
from django.db.models import Max, Min, QuerySet

from admin_system.env import get_env
from admin_system.knowledge_base.embedding import get_embedder
from admin_system.knowledge_base.models import (
    Document,
    EmbeddingProfile,
    IndexChange,
    PassageVector,
)
from admin_system.vector_search.embedder import EmbedderProfile, Vectors
from admin_system.vector_search.errors import IndexDamaged, IndexMismatch, IndexMissing
from admin_system.vector_search.index import VectorIndex
from admin_system.vector_search.operations import IndexOperation
from admin_system.vector_search.store import IndexStore
from admin_system.vector_search.tuning import build_index

logger = logging.getLogger(__name__)

REPLAYED_AT_ONCE = 2_000
READ_AT_ONCE = 5_000


class LiveIndex:
    """Of one embedding model; any thread may ask for it."""

    def __init__(self, profile: EmbeddingProfile, embedder_profile: EmbedderProfile) -> None:
        self._profile_id = profile.pk
        self._embedder_profile = embedder_profile
        self._store = IndexStore(get_env().knowledge_dir / "indexes" / f"{profile.pk}.index")
        self._lock = threading.Lock()
        self._index: VectorIndex | None = None
        self._saved_at = -1

    def get(self) -> VectorIndex:
        """As the database is now; the first caller waits for it to be opened, or built."""
        with self._lock:
            if self._index is None:
                self._index = self._open()
            self._catch_up(self._index)
            return self._index

    def opened(self) -> VectorIndex | None:
        """As it was last searched; None before it was."""
        return self._index

    def rebuild(self) -> VectorIndex:
        """Anew from the database; searches go on with the former one meanwhile."""
        index = self._build()
        with self._lock:
            self._index = index
            self._catch_up(index)
        self._store.remove()
        self.save()
        return index

    def save(self) -> None:
        """Writes what has changed since the last time; searches go on."""
        index = self._index
        if index is None or index.watermark == self._saved_at:
            return
        watermark = index.watermark
        self._store.save(index, self._embedder_profile)
        self._saved_at = watermark

    def _open(self) -> VectorIndex:
        try:
            index = self._store.open(self._embedder_profile)
        except IndexMissing:
            return self._build()
        except (IndexDamaged, IndexMismatch) as error:
            logger.warning("the index is built anew: %s %s", error.code, error.values)
            self._store.remove()
            return self._build()
        self._saved_at = index.watermark
        if index.watermark < first_change():
            logger.info("the index is older than the list of changes; it is built anew")
            return self._build()
        self._catch_up(index)
        expected = stored_vectors(self._profile_id).count()
        if len(index) != expected:
            logger.warning("the index holds %s passages of %s; built anew", len(index), expected)
            return self._build()
        return index

    def _build(self) -> VectorIndex:
        watermark = last_change()  # first: what changes meanwhile is replayed
        ids: list[int] = []
        topics: list[int] = []
        blobs = bytearray()
        rows = stored_vectors(self._profile_id).values_list(
            "passage_id", "passage__document__topic_id", "data"
        )
        for passage, topic, data in rows.iterator(READ_AT_ONCE):
            ids.append(passage)
            topics.append(topic)
            blobs += data
        dim = self._embedder_profile.dim
        vectors: Vectors = np.frombuffer(blobs, "<f4").astype(np.float32).reshape(-1, dim)
        logger.info("building the index of %s passages", len(ids))
        return build_index(ids, vectors, topics, watermark=watermark)

    def _catch_up(self, index: VectorIndex) -> None:
        while index.watermark < last_change():
            index.replay(self._operations(index.watermark))

    def _operations(self, watermark: int) -> Iterator[IndexOperation]:
        """The next changes, each with what its passage is now."""
        waiting = IndexChange.objects.filter(sequence__gt=watermark)
        changes = list(waiting.values_list("sequence", "passage_id")[:REPLAYED_AT_ONCE])
        found = stored_vectors(self._profile_id).filter(
            passage__in={passage for _, passage in changes}
        )
        now = {
            passage: (topic, np.frombuffer(data, "<f4").astype(np.float32))
            for passage, topic, data in found.values_list(
                "passage_id", "passage__document__topic_id", "data"
            )
        }
        for sequence, passage in changes:
            topic, vector = now.get(passage, (0, None))
            yield IndexOperation(sequence, passage, topic, vector)


def stored_vectors(profile_id: int) -> QuerySet[PassageVector]:
    """Of all passages that the index of this model should hold."""
    return (
        PassageVector.objects.filter(profile=profile_id, passage__live=True, passage__enabled=True)
        .exclude(data=b"")
        .exclude(passage__document__state=Document.State.DELETING)
    )


def last_change() -> int:
    return IndexChange.objects.aggregate(last=Max("sequence"))["last"] or 0


def first_change() -> int:
    """What is older has been cleared away; an index must have seen at least this one."""
    return IndexChange.objects.aggregate(first=Min("sequence"))["first"] or 0


_lock = threading.Lock()
_held: dict[tuple[int, str], LiveIndex] = {}


def get_live_index(profile: EmbeddingProfile) -> LiveIndex:
    """Of this process; nothing is opened by asking for it. Raises EmbedderLoadError."""
    embedder_profile = get_embedder(profile).profile
    place = (profile.pk, embedder_profile.key)
    with _lock:
        if place not in _held:
            _held[place] = LiveIndex(profile, embedder_profile)
        return _held[place]


def held_index(profile: EmbeddingProfile) -> VectorIndex | None:
    """Where it is open; nothing is opened by asking for it."""
    with _lock:
        held = [live for (number, _), live in _held.items() if number == profile.pk]
    return held[-1].opened() if held else None


def forget_live_indexes() -> None:
    """Closes all of them, saved or not; the next search opens them again."""
    with _lock:
        _held.clear()


def save_live_indexes() -> None:
    with _lock:
        held = list(_held.values())
    for live in held:
        live.save()
