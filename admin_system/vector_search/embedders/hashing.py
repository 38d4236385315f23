"""Vectors without a model: each word adds a fixed random direction; the same on every computer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from admin_system.vector_search.embedder import (
    Embedder,
    EmbedderProfile,
    Purpose,
    Vectors,
    to_unit_vectors,
)
from admin_system.vector_search.tokens import tokenize, tokens_version

SPREAD = 8
"""Components that a word touches."""


class HashEmbedder(Embedder):
    """Texts that share words lie close; for tests and for setups too small for a model.

    Feature hashing (Weinberger et al., 2009) over the tokens of the keyword index.
    """

    def load(self) -> EmbedderProfile:
        self._profile = EmbedderProfile("hash", tokens_version(), self.spec.dim, 1 << 20)
        return self._profile

    def embed(self, texts: Sequence[str], purpose: Purpose = "document") -> Vectors:
        dim = self.profile.dim
        vectors = np.zeros((len(texts), dim), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for token in tokenize(text) or [""]:
                places, signs = direction(token, dim)
                np.add.at(row, places, signs)
        return to_unit_vectors(vectors, len(texts))

    def spell(self, text: str) -> tuple[int, int]:
        return len(tokenize(text)), 0


@lru_cache(maxsize=65536)
def direction(token: str, dim: int) -> tuple[NDArray[np.int64], Vectors]:
    """Places and signs, (SPREAD,) each."""
    digest = hashlib.blake2b(token.encode(), digest_size=SPREAD * 4).digest()
    numbers = np.frombuffer(digest, dtype="<u4")
    places = ((numbers >> 1) % dim).astype(np.int64)
    return places, (numbers & 1).astype(np.float32) * 2 - 1
