"""An index in cells for very many vectors, kept only where it finds what an exact search finds."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from admin_system.vector_search.embedder import Vectors
from admin_system.vector_search.index import FLAT_LIMIT, VectorIndex, check_vectors
from admin_system.vector_search.members import Members, to_ids
from admin_system.vector_search.structures import Structure, StructureKind
from admin_system.vector_search.subset import Ids

logger = logging.getLogger(__name__)

LEAST_RECALL = 0.98
"""Share of the ten true neighbours that must be found."""
NEIGHBOURS = 10
QUESTIONS = 200
NOISE = 0.3
"""Length of what is added to a vector to make a question of it."""
CELLS_FROM = 200_000
"""Vectors from which cells are tried."""
FEWEST_CELLS = 4
MOST_CELLS_SEARCHED = 0.25
"""Share of the cells; beyond it the scan of all is as good."""


def build_index(
    ids: Sequence[int],
    vectors: Vectors,
    topics: Sequence[int] | None = None,
    *,
    watermark: int = 0,
    kind: StructureKind | None = None,
) -> VectorIndex:
    """An index of the kind that fits the number, or of `kind`; cells are checked all the same."""
    rows = check_vectors(vectors, len(ids), vectors.shape[1])
    if kind is None:
        kind = "flat" if len(ids) <= FLAT_LIMIT else "ivf" if len(ids) >= CELLS_FROM else "sq8"
    structure = fill(kind, ids, rows)
    if kind == "ivf" and not tune(structure, ids, rows):
        structure = fill("sq8", ids, rows)
    topic_of = np.zeros(len(ids), np.int64) if topics is None else to_ids(topics)
    return VectorIndex(structure, Members(to_ids(ids), topic_of), watermark)


def fill(kind: StructureKind, ids: Sequence[int], vectors: Vectors) -> Structure:
    structure = Structure.of(kind, vectors.shape[1], vectors)
    structure.add(to_ids(ids), vectors)
    return structure


def tune(structure: Structure, ids: Sequence[int], vectors: Vectors) -> bool:
    """Sets how many cells are searched; False when even many do not reach `LEAST_RECALL`."""
    questions = sample_questions(vectors, QUESTIONS)
    truth = find_truth(questions, to_ids(ids), vectors)
    cells = structure.index.nlist
    most = min(cells, max(FEWEST_CELLS, int(cells * MOST_CELLS_SEARCHED)))
    structure.probes = max(1, most // 64)
    while True:
        recall = measure_recall(structure, questions, truth)
        logger.info("%s cells searched: recall %.4f", structure.probes, recall)
        if recall >= LEAST_RECALL or structure.probes >= most:
            return recall >= LEAST_RECALL
        structure.probes = min(most, max(structure.probes + 1, int(structure.probes * 1.4)))


def sample_questions(vectors: Vectors, count: int, noise: float = NOISE) -> Vectors:
    """(count, dim): vectors of the index with Gaussian noise of that length, normalised again."""
    random = np.random.default_rng(0)
    rows = vectors[random.integers(0, len(vectors), count)]
    added = random.standard_normal(rows.shape, dtype=np.float32)
    rows = rows + noise * added / np.linalg.norm(added, axis=1, keepdims=True)
    unit: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def find_truth(questions: Vectors, ids: Ids, vectors: Vectors) -> Ids:
    """(questions, NEIGHBOURS) ids of an exact search."""
    import faiss

    _, places = faiss.knn(questions, vectors, NEIGHBOURS, metric=faiss.METRIC_INNER_PRODUCT)
    found: Ids = ids[places]
    return found


def measure_recall(structure: Structure, questions: Vectors, truth: Ids) -> float:
    """Share 0..1 of the true neighbours that the structure finds."""
    shared = 0
    for question, neighbours in zip(questions, truth, strict=True):
        shared += len(np.intersect1d(structure.search(question, NEIGHBOURS, None)[1], neighbours))
    return shared / truth.size
