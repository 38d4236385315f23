"""The vector index: passages by their meaning, within the topics that may be searched."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from admin_system.vector_search.embedder import Vectors
from admin_system.vector_search.errors import BadVectors
from admin_system.vector_search.fitting import fit, is_outgrown
from admin_system.vector_search.locks import ReadWriteLock
from admin_system.vector_search.members import Members, to_ids
from admin_system.vector_search.operations import IndexOperation, last_of_each
from admin_system.vector_search.structures import Structure, StructureKind
from admin_system.vector_search.subset import Ids

logger = logging.getLogger(__name__)

FEW = 1_000
"""Allowed vectors that are compared one by one: exact, and no scan of the rest."""
UNIT_TOLERANCE = 1e-2


@dataclass(frozen=True, slots=True)
class VectorHit:
    id: int
    cosine: float
    """-1..1, of what the index keeps: beyond `flat` rounded to about .001."""


class VectorIndex:
    """Searched by any number of threads while one adds or removes."""

    def __init__(
        self, structure: Structure, members: Members | None = None, watermark: int = 0
    ) -> None:
        self._structure = structure
        self._members = members or Members()
        self._watermark = watermark
        self._lock = ReadWriteLock()
        self._changing = threading.Lock()  # held while saving, which no search has to wait for

    @classmethod
    def empty(cls, dim: int) -> VectorIndex:
        return cls(Structure.of("flat", dim, np.empty((0, dim), np.float32)))

    @property
    def kind(self) -> StructureKind:
        return self._structure.kind

    @property
    def dim(self) -> int:
        return self._structure.dim

    @property
    def watermark(self) -> int:
        """The last operation it has seen."""
        return self._watermark

    def __len__(self) -> int:
        return len(self._members)

    def ids(self) -> Ids:
        """All that it holds, sorted; for comparing with the database."""
        with self._lock.reading():
            return np.sort(self._members.ids)

    def add(
        self, ids: Sequence[int], vectors: Vectors, topics: Sequence[int] | None = None
    ) -> None:
        """Unit vectors (n, dim); an id that is held is replaced. Raises BadVectors."""
        rows = check_vectors(vectors, len(ids), self.dim)
        numbers = to_ids(ids)
        topic_of = np.zeros(len(ids), np.int64) if topics is None else to_ids(topics)
        if len(np.unique(numbers)) != len(numbers):
            raise BadVectors("vectors_double_id")
        if len(topic_of) != len(numbers):
            raise BadVectors("vectors_wrong_count", given=len(topic_of), expected=len(numbers))
        with self._changing:
            with self._lock.writing():
                self._remove(numbers)
                self._add(numbers, rows, topic_of)
            self._grow()

    def remove(self, ids: Collection[int]) -> None:
        """Ids that are not held are passed over. One call with many ids costs what one id costs."""
        with self._changing, self._lock.writing():
            self._remove(np.unique(to_ids(ids)))

    def replay(self, operations: Iterable[IndexOperation]) -> int:
        """Catches up with the database; what was seen is passed over. Returns the watermark."""
        with self._changing:
            last, newest = last_of_each(operations, self._watermark)
            added = [operation for operation in last.values() if operation.vector is not None]
            values = [operation.vector for operation in added if operation.vector is not None]
            rows = check_vectors(values, len(added), self.dim) if added else None
            ids = to_ids([operation.id for operation in added])
            topics = to_ids([operation.topic for operation in added])
            with self._lock.writing():
                self._remove(to_ids(last))
                if rows is not None:
                    self._add(ids, rows, topics)
                self._watermark = newest
            self._grow()
            return newest

    def search(
        self,
        query: Vectors,
        limit: int,
        *,
        topics: Collection[int] | None = None,
        ids: Collection[int] | None = None,
    ) -> list[VectorHit]:
        """The nearest of the allowed, best first; `query` is a unit vector (dim,)."""
        row = check_vectors([query], 1, self.dim)[0]
        with self._lock.reading():
            allowed = self._members.select(topics, ids)
            count = len(self._members) if allowed is None else len(allowed)
            limit = min(limit, count)
            if limit <= 0:
                return []
            if allowed is not None and count <= FEW:
                cosines, found = self._structure.vectors(allowed.ids) @ row, allowed.ids
            else:
                cosines, found = self._structure.search(row, limit, allowed)
        order = np.lexsort((found, -cosines))[:limit]
        return [VectorHit(int(found[place]), to_cosine(cosines[place])) for place in order]

    def cosines(self, query: Vectors, ids: Collection[int]) -> dict[int, float]:
        """Of the ids that are held."""
        row = check_vectors([query], 1, self.dim)[0]
        with self._lock.reading():
            held = self._members.present(to_ids(ids))
            values = self._structure.vectors(held) @ row if len(held) else []
        return {int(id_): to_cosine(value) for id_, value in zip(held, values, strict=True)}

    @contextmanager
    def snapshot(self) -> Iterator[tuple[Structure, Members, int]]:
        """What is to be saved; searches go on, changes wait."""
        with self._changing:
            yield self._structure, self._members, self._watermark

    def _remove(self, ids: Ids) -> None:
        held = self._members.present(ids)
        if len(held):
            self._structure.remove(held)
            self._members.remove(held)

    def _add(self, ids: Ids, vectors: Vectors, topics: Ids) -> None:
        self._structure.add(ids, vectors)
        self._members.add(ids, topics)

    def _grow(self) -> None:
        """Other structure for what has become many; searches go on with the old one till then."""
        if not is_outgrown(self._structure):
            return
        held = self._members.ids
        larger = fit(held, self._structure.vectors(held))
        with self._lock.writing():
            self._structure = larger
        logger.info("the index of %s vectors goes on as %s", len(held), larger.kind)


def check_vectors(values: object, count: int, dim: int) -> Vectors:
    """Contiguous float32 (count, dim) of unit length. Raises BadVectors."""
    try:
        vectors = np.ascontiguousarray(values, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise BadVectors("vectors_wrong_shape", given="?", expected=f"({count}, {dim})") from error
    if vectors.shape != (count, dim):
        given = str(vectors.shape)
        raise BadVectors("vectors_wrong_shape", given=given, expected=f"({count}, {dim})")
    lengths = np.linalg.norm(vectors, axis=1)
    if not (np.abs(lengths - 1) <= UNIT_TOLERANCE).all():  # also when a number is not finite
        raise BadVectors("vectors_not_unit")
    return vectors


def to_cosine(product: float) -> float:
    """Rounding may lead beyond -1..1."""
    return max(-1.0, min(1.0, float(product)))
