"""How FAISS keeps vectors, from exact to fast: flat, one byte a number, or in cells.

In cells a number takes two bytes. With one, no search of a million real vectors found more than
.95 of the true neighbours, however many cells it looked into: passages of one text lie closer to
each other than a byte tells apart.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np

from admin_system.vector_search.embedder import Vectors
from admin_system.vector_search.subset import Ids, Subset

StructureKind = Literal["flat", "sq8", "ivf"]

TRAINING_ROWS = 100_000
"""Of one byte a number."""
TRAINING_ROWS_A_CELL = 40
FEWEST_ROWS_A_CELL = 64


class Structure:
    """Inner products of unit vectors, so scores are cosines. Calls on one must not overlap, but
    for searches (FAISS crashes when a search meets an addition).
    """

    def __init__(self, kind: StructureKind, index: Any, probes: int = 1, fitted: int = 0) -> None:
        self.kind = kind
        self.index = index
        self.probes = probes
        """Cells that a search of all looks into."""
        self.fitted = fitted
        """Vectors that it was made for."""

    @classmethod
    def of(cls, kind: StructureKind, dim: int, sample: Vectors, *, fine: bool = False) -> Structure:
        """Empty, fitted to `sample`, which `flat` does not need; `fine` makes as many cells as its
        number allows.
        """
        import faiss

        count = len(sample)
        if kind == "flat":
            return cls(kind, faiss.IndexIDMap2(faiss.IndexFlatIP(dim)), fitted=count)
        if kind == "sq8":
            byte = faiss.ScalarQuantizer.QT_8bit
            plain = faiss.IndexScalarQuantizer(dim, byte, faiss.METRIC_INNER_PRODUCT)
            plain.train(spread(sample, TRAINING_ROWS))
            return cls(kind, faiss.IndexIDMap2(plain), fitted=count)
        most = max(1, count // FEWEST_ROWS_A_CELL)
        cells = most if fine else min(most, math.isqrt(count))
        index = faiss.IndexIVFScalarQuantizer(
            faiss.IndexFlatIP(dim),
            dim,
            cells,
            faiss.ScalarQuantizer.QT_fp16,
            faiss.METRIC_INNER_PRODUCT,
        )
        index.train(spread(sample, cells * TRAINING_ROWS_A_CELL))
        index.set_direct_map_type(faiss.DirectMap.Hashtable)  # vectors by id, and removals
        return cls(kind, index, fitted=count)

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


def spread(rows: Vectors, most: int) -> Vectors:
    """At most that many, at even distances."""
    return rows[np.linspace(0, len(rows) - 1, min(len(rows), most), dtype=int)]
