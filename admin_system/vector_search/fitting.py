"""Which structure so many vectors get: cells only where they find what an exact search finds."""

from __future__ import annotations

import logging

from admin_system.vector_search.embedder import Vectors
from admin_system.vector_search.recall import (
    FAR,
    NEAR,
    find_truth,
    measure_recall,
    sample_questions,
)
from admin_system.vector_search.structures import Structure, StructureKind
from admin_system.vector_search.subset import Ids

logger = logging.getLogger(__name__)

FLAT_LIMIT = 50_000
"""Vectors up to which an exact search is fast enough."""
GROWTH = 4
"""How many times what a structure was fitted to it may hold before it is fitted anew."""
LEAST_RECALL = 0.98
"""Share of the ten true neighbours that must be found."""
GOOD_RECALL = 0.99
"""At which no more cells are tried: a question of people may need more than a made one."""
QUESTIONS = 200
MOST_CELLS_SEARCHED = 0.25
"""Share of the cells; beyond it the scan of all is as good."""
FEWEST_CELLS = 16
"""That may always be searched."""


def fit(ids: Ids, vectors: Vectors, kind: StructureKind | None = None) -> Structure:
    """Filled; of the kind that fits the number, or of `kind`, which is checked all the same."""
    if kind is None:
        kind = "flat" if len(ids) <= FLAT_LIMIT else "ivf"
    structure = fill(kind, ids, vectors)
    if kind == "ivf" and not tune(structure, ids, vectors):
        structure = fill("sq8", ids, vectors)
    return structure


def is_outgrown(structure: Structure) -> bool:
    """Whether its vectors have become too many for its kind or for its number of cells."""
    if structure.kind == "flat":
        return len(structure) > FLAT_LIMIT
    return len(structure) > GROWTH * max(structure.fitted, FLAT_LIMIT)


def fill(kind: StructureKind, ids: Ids, vectors: Vectors) -> Structure:
    structure = Structure.of(kind, vectors.shape[1], vectors)
    structure.add(ids, vectors)
    return structure


def tune(structure: Structure, ids: Ids, vectors: Vectors) -> bool:
    """Sets how many cells are searched; False when even many do not reach `LEAST_RECALL`."""
    asked = [sample_questions(vectors, QUESTIONS, noise) for noise in (NEAR, FAR)]
    truths = [find_truth(questions, ids, vectors) for questions in asked]
    cells = structure.index.nlist
    most = min(cells, max(FEWEST_CELLS, int(cells * MOST_CELLS_SEARCHED)))
    structure.probes = max(1, most // 64)
    while True:
        recall = min(
            measure_recall(structure, questions, truth)
            for questions, truth in zip(asked, truths, strict=True)
        )
        logger.info("%s of %s cells searched: recall %.4f", structure.probes, cells, recall)
        if recall >= GOOD_RECALL or structure.probes >= most:
            return recall >= LEAST_RECALL
        structure.probes = min(most, max(structure.probes + 1, int(structure.probes * 1.4)))
