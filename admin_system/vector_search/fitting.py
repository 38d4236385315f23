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
FINE_LIMIT = 250_000
"""Vectors up to which as many cells as possible are tried: for a million that trains too long."""
GROWTH = 4
"""How many times what a structure was fitted to it may hold before it is fitted anew."""
LEAST_RECALL = 0.98
"""Share of the ten true neighbours that must be found."""
GOOD_RECALL = 0.99
"""At which no more cells are tried: a question of people may need more than a made one."""
QUESTIONS = 200
MOST_CELLS_SEARCHED = 0.25
"""Share of the cells; beyond it the scan of all is as good."""
MOST_CELLS_FOR_FAR = 0.0625
"""Share that far questions may demand: their true neighbours may be anywhere."""
FEWEST_CELLS = 16
"""That may always be searched."""


def fit(ids: Ids, vectors: Vectors, kind: StructureKind | None = None) -> Structure:
    """Filled; of the kind that fits the number, or of `kind`, which is checked all the same.

    Texts of a language lie in regions, so few cells do, quickly made. Clusters that lie anywhere
    need a cell each: half a minute for 100,000, hence only then.
    """
    if kind is None:
        kind = "flat" if len(ids) <= FLAT_LIMIT else "ivf"
    if kind != "ivf":
        return fill(kind, ids, vectors)
    for fine in (False, True) if len(ids) <= FINE_LIMIT else (False,):
        structure = fill("ivf", ids, vectors, fine=fine)
        if tune(structure, ids, vectors):
            return structure
    return fill("sq8", ids, vectors)


def is_outgrown(structure: Structure) -> bool:
    """Whether its vectors have become too many for its kind or for its number of cells."""
    if structure.kind == "flat":
        return len(structure) > FLAT_LIMIT
    return len(structure) > GROWTH * max(structure.fitted, FLAT_LIMIT)


def fill(kind: StructureKind, ids: Ids, vectors: Vectors, *, fine: bool = False) -> Structure:
    structure = Structure.of(kind, vectors.shape[1], vectors, fine=fine)
    structure.add(ids, vectors)
    return structure


def tune(structure: Structure, ids: Ids, vectors: Vectors) -> bool:
    """Sets how many cells are searched; False when near questions do not reach `LEAST_RECALL`.

    Far questions may raise the number up to `MOST_CELLS_FOR_FAR`, but do not decide against cells.
    """
    cells = structure.index.nlist
    most, most_for_far = (
        min(cells, max(FEWEST_CELLS, int(cells * share)))
        for share in (MOST_CELLS_SEARCHED, MOST_CELLS_FOR_FAR)
    )
    structure.probes = max(1, most // 64)
    recall = raise_probes(structure, NEAR, most, ids, vectors)
    raise_probes(structure, FAR, most_for_far, ids, vectors)
    return recall >= LEAST_RECALL


def raise_probes(
    structure: Structure, noise: float, most: int, ids: Ids, vectors: Vectors
) -> float:
    """Until `GOOD_RECALL` or `most` cells. Returns the recall of questions with that noise."""
    questions = sample_questions(vectors, QUESTIONS, noise)
    truth = find_truth(questions, ids, vectors)
    while True:
        recall = measure_recall(structure, questions, truth)
        logger.info("%s cells searched: recall %.4f at noise %s", structure.probes, recall, noise)
        if recall >= GOOD_RECALL or structure.probes >= most:
            return recall
        structure.probes = min(most, max(structure.probes + 1, int(structure.probes * 1.4)))
