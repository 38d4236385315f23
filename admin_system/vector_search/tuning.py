"""An index of what the database holds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from admin_system.vector_search.embedder import Vectors
from admin_system.vector_search.errors import BadVectors
from admin_system.vector_search.fitting import fit
from admin_system.vector_search.index import VectorIndex, check_vectors
from admin_system.vector_search.members import Members, to_ids
from admin_system.vector_search.structures import StructureKind


def build_index(
    ids: Sequence[int],
    vectors: Vectors,
    topics: Sequence[int] | None = None,
    *,
    watermark: int = 0,
    kind: StructureKind | None = None,
) -> VectorIndex:
    """An index of the kind that fits the number, or of `kind`; cells are checked all the same.

    Raises BadVectors.
    """
    rows = check_vectors(vectors, len(ids), vectors.shape[1])
    numbers = to_ids(ids)
    if len(np.unique(numbers)) != len(numbers):
        raise BadVectors("vectors_double_id")
    topic_of = np.zeros(len(ids), np.int64) if topics is None else to_ids(topics)
    return VectorIndex(fit(numbers, rows, kind), Members(numbers, topic_of), watermark)
