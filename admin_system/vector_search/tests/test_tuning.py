"""Cells are used only where they find what an exact search finds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from admin_system.vector_search import fitting
from admin_system.vector_search.embedder import Vectors
from admin_system.vector_search.errors import BadVectors
from admin_system.vector_search.fitting import LEAST_RECALL, fill, tune
from admin_system.vector_search.index import VectorIndex
from admin_system.vector_search.recall import (
    FAR,
    NEAR,
    find_truth,
    measure_recall,
    sample_questions,
)
from admin_system.vector_search.structures import Structure
from admin_system.vector_search.tuning import build_index


def recall_of(structure: Structure, vectors: Vectors, noise: float) -> float:
    questions = sample_questions(vectors, 100, noise)
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
        assert recall_of(structure, vectors, NEAR) >= LEAST_RECALL
        assert recall_of(structure, vectors, FAR) >= LEAST_RECALL


def test_clusters_that_lie_anywhere_can_have_a_cell_each() -> None:
    random = np.random.default_rng(0)
    rows = random.standard_normal((150, 256)).repeat(70, axis=0)
    rows += 1.5 * random.standard_normal(rows.shape)
    vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    ids = np.arange(len(vectors))
    coarse, fine = (fill("ivf", ids, vectors, fine=fine) for fine in (False, True))
    assert (coarse.index.nlist, fine.index.nlist) == (102, 164)
    assert tune(fine, ids, vectors)
    assert recall_of(fine, vectors, NEAR) >= LEAST_RECALL


def test_vectors_without_clusters_are_not_put_into_cells() -> None:
    random = np.random.default_rng(0)
    rows = random.standard_normal((5000, 64)).astype(np.float32)
    vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    assert build_index(range(5000), vectors, kind="ivf").kind == "sq8"


def test_the_number_of_vectors_chooses_the_structure(
    make_vectors: Callable[[int], Vectors], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "FLAT_LIMIT", 4999)
    kinds = [build_index(range(n), make_vectors(n)).kind for n in (4999, 5000)]
    assert kinds == ["flat", "ivf"]


def test_an_index_of_double_ids_is_not_built(make_vectors: Callable[[int], Vectors]) -> None:
    with pytest.raises(BadVectors):
        build_index([1, 2, 1], make_vectors(3))


def test_a_growing_index_is_fitted_anew(
    make_vectors: Callable[[int], Vectors], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "FLAT_LIMIT", 2000)
    monkeypatch.setattr(fitting, "MOST_CELLS_SEARCHED", 0.5)
    vectors = make_vectors(17_000)
    index = VectorIndex.empty(32)
    cells = []
    for first, last in ((0, 2000), (1900, 4000), (4000, 16_000), (16_000, 17_000)):
        index.add(range(first, last), vectors[first:last])
        with index.snapshot() as (structure, _, _):
            cells.append((structure.kind, getattr(structure.index, "nlist", 0)))
    assert cells == [("flat", 0), ("ivf", 62), ("ivf", 62), ("ivf", 130)]
    assert index.ids().tolist() == list(range(17_000))
    found = [index.search(vectors[n], 1)[0].id for n in range(0, 17_000, 40)]
    assert np.mean(np.array(found) == range(0, 17_000, 40)) >= 0.99
