"""What happened to the passages since an index was saved, as plain values from the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from admin_system.vector_search.embedder import Vectors


@dataclass(frozen=True, slots=True)
class IndexOperation:
    """A passage is there with this vector, or is there no more."""

    sequence: int
    """Ascending; the watermark of an index is the last one it has seen."""
    id: int
    topic: int = 0
    vector: Vectors | None = None
    """A unit vector (dim,); None removes the passage."""


def last_of_each(
    operations: Iterable[IndexOperation], watermark: int
) -> tuple[dict[int, IndexOperation], int]:
    """What is left to do by id, and the new watermark: only the last one on an id matters."""
    last: dict[int, IndexOperation] = {}
    newest = watermark
    for operation in operations:
        if operation.sequence <= watermark:
            continue
        if operation.id not in last or last[operation.id].sequence < operation.sequence:
            last[operation.id] = operation
        newest = max(newest, operation.sequence)
    return last, newest
