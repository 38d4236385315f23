"""Cells are used only where they find what an exact search finds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from admin_system.vector_search import tuning
from admin_system.vector_search.embedder import Vectors
from admin_system.vector_search.structures import Structure
from admin_system.vector_search.tuning import (
    LEAST_RECALL,
    build_index,
    find_truth,
    measure_recall,
    sample_questions,
)


def recall_of(structure: Structure, vectors: Vectors) -> float:
    questions = sample_questions(vectors, 200)
    return measure_recall(
        structure, questions, find_truth(questions, np.arange(len(vectors)), vectors)
    )


def test_cells_are_searched_until_enough_neighbours_are_found(
    make_vectors: Callable[[int], Vectors],
) -> None:
    vectors = make_vectors(5000)
    with build_index(range(5000), vectors, kind="ivf").snapshot() as (structure, _, _):
        assert structure.kind == "ivf"
        assert structure.probes < structure.index.nlist
        assert recall_of(structure, vectors) >= LEAST_RECALL


def test_vectors_without_clusters_are_not_put_into_cells() -> None:
    random = np.random.default_rng(0)
    rows = random.standard_normal((5000, 64)).astype(np.float32)
    vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    assert build_index(range(5000), vectors, kind="ivf").kind == "sq8"


def test_the_number_of_vectors_chooses_the_structure(
    make_vectors: Callable[[int], Vectors], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tuning, "FLAT_LIMIT", 100)
    monkeypatch.setattr(tuning, "CELLS_FROM", 5000)
    kinds = [build_index(range(n), make_vectors(n)).kind for n in (100, 101, 5000)]
    assert kinds == ["flat", "sq8", "ivf"]
