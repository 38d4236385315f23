"""The passages that a search may look at, in the form that FAISS asks for."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]

BITMAP_SPARSENESS = 64
"""Bits of a bitmap spent on an allowed id, beyond which a hash set is smaller."""


class Subset:
    """Never changed; its selector is made once and shared by the searches of many threads."""

    def __init__(self, ids: Ids) -> None:
        self.ids = ids

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def selector(self) -> Any:
        import faiss

        largest = int(self.ids.max(initial=0))
        if largest > BITMAP_SPARSENESS * len(self) or self.ids.min(initial=0) < 0:
            return faiss.IDSelectorBatch(self.ids)
        bits = np.zeros(largest + 1, dtype=bool)
        bits[self.ids] = True
        return faiss.IDSelectorBitmap(np.packbits(bits, bitorder="little"))  # keeps the array
