"""What the vector index of a model should hold, read from the database, which is the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.db.models import Max, Min, QuerySet
from numpy.typing import NDArray

from admin_system.knowledge_base.models import Document, IndexChange, PassageVector
from admin_system.vector_search.embedder import Vectors
from admin_system.vector_search.index import UNIT_TOLERANCE
from admin_system.vector_search.operations import IndexOperation

READ_AT_ONCE = 5_000
REPLAYED_AT_ONCE = 2_000
KEPT_CHANGES = 100_000
"""An index that has not seen the oldest of them is built anew, which costs little more by then."""
PRUNED_AT_ONCE = 10_000
NUMBER = np.dtype("<f4")


class ChangesPruned(Exception):
    """An index asks for changes that are not kept any more."""


@dataclass(frozen=True, slots=True)
class Contents:
    ids: list[int]
    topics: list[int]
    vectors: Vectors
    """(n, dim)."""
    watermark: int
    """Of the last change that is surely in it; some later ones may be."""


def stored_vectors(profile_id: int) -> QuerySet[PassageVector]:
    """Of all passages that the index of this model should hold."""
    return (
        PassageVector.objects.filter(profile=profile_id, passage__live=True, passage__enabled=True)
        .exclude(data=b"")
        .exclude(passage__document__state=Document.State.DELETING)
    )


def stored_ids(profile_id: int) -> NDArray[np.int64]:
    """Sorted."""
    ids = stored_vectors(profile_id).values_list("passage_id", flat=True)
    return np.sort(np.fromiter(ids.iterator(READ_AT_ONCE), dtype=np.int64))


def read_contents(profile_id: int, dim: int) -> Contents:
    """Damaged vectors are passed over; `check_index` finds them."""
    watermark = last_change()  # first: what changes meanwhile is replayed
    ids: list[int] = []
    topics: list[int] = []
    blobs = bytearray()
    rows = stored_vectors(profile_id).values_list(
        "passage_id", "passage__document__topic_id", "data"
    )
    for passage, topic, data in rows.iterator(READ_AT_ONCE):
        if len(data) == dim * NUMBER.itemsize:
            ids.append(passage)
            topics.append(topic)
            blobs += data
    vectors: Vectors = np.frombuffer(blobs, NUMBER).astype(np.float32, copy=False)
    vectors = vectors.reshape(-1, dim)
    lengths = np.linalg.norm(vectors, axis=1)
    good = np.abs(lengths - 1) <= UNIT_TOLERANCE  # False as well for what is not a number
    if not good.all():
        ids = [id_ for id_, is_good in zip(ids, good, strict=True) if is_good]
        topics = [topic for topic, is_good in zip(topics, good, strict=True) if is_good]
        vectors = vectors[good]
    return Contents(ids, topics, vectors, watermark)


def to_vector(data: bytes | memoryview, dim: int) -> Vectors | None:
    """(dim,); None for a damaged one."""
    if len(data) != dim * NUMBER.itemsize:
        return None
    vector = np.frombuffer(data, NUMBER).astype(np.float32)
    return vector if abs(float(np.linalg.norm(vector)) - 1) <= UNIT_TOLERANCE else None


def read_some(profile_id: int, dim: int, count: int) -> dict[int, Vectors]:
    """Vectors (dim,) of passages from all over the library."""
    ids = stored_ids(profile_id)
    if len(ids) > count:
        ids = ids[np.linspace(0, len(ids) - 1, count, dtype=int)]
    rows = stored_vectors(profile_id).filter(passage__in=ids.tolist())
    return {
        passage: vector
        for passage, data in rows.values_list("passage_id", "data")
        if (vector := to_vector(data, dim)) is not None
    }


def changes_after(watermark: int, profile_id: int, dim: int) -> list[IndexOperation]:
    """The next ones, each with what its passage is now; none when there is nothing new.

    Raises ChangesPruned.
    """
    changes = changed_after(watermark, REPLAYED_AT_ONCE)
    passages = {passage for _, passage in changes}
    found = stored_vectors(profile_id).filter(passage__in=passages)
    now = {
        passage: (topic, to_vector(data, dim))
        for passage, topic, data in found.values_list(
            "passage_id", "passage__document__topic_id", "data"
        )
    }
    return [
        IndexOperation(sequence, passage, *now.get(passage, (0, None)))
        for sequence, passage in changes
    ]


def changed_after(watermark: int, most: int) -> list[tuple[int, int]]:
    """The next changes in their order: their numbers, and the passages. Raises ChangesPruned."""
    waiting = IndexChange.objects.filter(sequence__gt=watermark).order_by("sequence")
    changes = list(waiting.values_list("sequence", "passage_id")[:most])
    if changes and first_change() > watermark + 1:  # asked after they were read
        raise ChangesPruned
    return changes


def last_change() -> int:
    return IndexChange.objects.aggregate(last=Max("sequence"))["last"] or 0


def first_change() -> int:
    """What is older has been pruned: an index must have seen all before this one."""
    return IndexChange.objects.aggregate(first=Min("sequence"))["first"] or 0


def prune_changes() -> int:
    """Leaves the newest; returns how many went. An index that is behind notices."""
    edge = last_change() - KEPT_CHANGES
    pruned = 0
    while (first := first_change()) and first <= edge:
        some = IndexChange.objects.filter(sequence__lte=min(edge, first + PRUNED_AT_ONCE))
        pruned += some.delete()[0]
    return pruned
