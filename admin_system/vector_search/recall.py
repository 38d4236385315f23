"""What an index finds of the true neighbours, on questions made of its own vectors."""

from __future__ import annotations

import numpy as np

from admin_system.vector_search.embedder import Vectors
from admin_system.vector_search.structures import Structure
from admin_system.vector_search.subset import Ids

NEIGHBOURS = 10
NEAR, FAR = 0.3, 1.5
"""Lengths of what is added to a vector: almost the same text; as far off as questions lie. On real
ones MiniLM's English questions needed as many cells as those made with 1.5, twice those with 1."""


def sample_questions(vectors: Vectors, count: int, noise: float = NEAR) -> Vectors:
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
