"""How FAISS keeps vectors, from exact to fast: flat, one byte a number, or in cells."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np

from admin_system.vector_search.embedder import Vectors
from admin_system.vector_search.subset import Ids, Subset

StructureKind = Literal["flat", "sq8", "ivf"]

TRAINING_ROWS = 100_000
ROWS_A_CELL = 128


class Structure:
    """Inner products of unit vectors, so scores are cosines. Calls on one must not overlap, but
    for searches (FAISS crashes when a search meets an addition).
    """

    def __init__(self, kind: StructureKind, index: Any, probes: int = 1) -> None:
        self.kind = kind
        self.index = index
        self.probes = probes
        """Cells that a search of all looks into."""

    @classmethod
    def of(cls, kind: StructureKind, dim: int, sample: Vectors) -> Structure:
        """Empty, fitted to `sample`, which `flat` does not need."""
        import faiss

        rows = sample[np.linspace(0, len(sample) - 1, min(len(sample), TRAINING_ROWS), dtype=int)]
        if kind == "flat":
            return cls(kind, faiss.IndexIDMap2(faiss.IndexFlatIP(dim)))
        byte = faiss.ScalarQuantizer.QT_8bit
        if kind == "sq8":
            plain = faiss.IndexScalarQuantizer(dim, byte, faiss.METRIC_INNER_PRODUCT)
            plain.train(rows)
            return cls(kind, faiss.IndexIDMap2(plain))
        cells = max(1, min(len(sample) // ROWS_A_CELL, int(4 * len(sample) ** 0.5)))
        coarse = faiss.IndexFlatIP(dim)
        index = faiss.IndexIVFScalarQuantizer(coarse, dim, cells, byte, faiss.METRIC_INNER_PRODUCT)
        index.train(rows)
        index.set_direct_map_type(faiss.DirectMap.Hashtable)  # vectors by id, and removals
        return cls(kind, index)

    @property
    def dim(self) -> int:
        return int(self.index.d)

    def __len__(self) -> int:
        return int(self.index.ntotal)

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """The ids must be new: FAISS takes a double one without a word."""
        self.index.add_with_ids(vectors, ids)

    def remove(self, ids: Ids) -> None:
        import faiss

        # With a table of ids, FAISS removes by an array only; without, a set is far faster.
        selector = faiss.IDSelectorArray if self.kind == "ivf" else faiss.IDSelectorBatch
        self.index.remove_ids(selector(ids))

    def search(self, query: Vectors, limit: int, allowed: Subset | None) -> tuple[Vectors, Ids]:
        """Cosines and ids of the best, each (≤ limit,); `query` is (dim,)."""
        import faiss

        choice = None if allowed is None else allowed.selector
        if self.kind == "ivf":
            # The fewer are allowed, the farther apart they lie.
            share = 1.0 if allowed is None else len(allowed) / len(self)
            probes = min(self.index.nlist, math.ceil(self.probes / share))
            options = faiss.SearchParametersIVF(sel=choice, nprobe=probes)
        else:
            options = faiss.SearchParameters(sel=choice)
        cosines, ids = self.index.search(query[None], limit, params=options)
        found = ids[0] >= 0  # FAISS fills up with -1
        return cosines[0][found], ids[0][found]

    def vectors(self, ids: Ids) -> Vectors:
        """(n, dim) as kept, so rounded unless `flat`; every id must be held."""
        rows: Vectors = self.index.reconstruct_batch(ids)
        return rows
