"""The embedding model that ships, loaded once; an empty keyword index; clustered vectors."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from admin_system.vector_search.embedder import Embedder, EmbedderSpec, Vectors
from admin_system.vector_search.embedders import create_embedder
from admin_system.vector_search.lexical import LexicalIndex


@pytest.fixture(scope="session")
def minilm() -> Embedder:
    embedder = create_embedder(EmbedderSpec(device="cpu"))
    embedder.load()
    return embedder


@pytest.fixture
def hashing() -> Embedder:
    embedder = create_embedder(EmbedderSpec(kind="hash", dim=128))
    embedder.load()
    return embedder


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    yield connection
    connection.close()


@pytest.fixture
def lexical(connection: sqlite3.Connection) -> LexicalIndex:
    index = LexicalIndex(connection)
    index.create()
    return index


@pytest.fixture
def make_vectors() -> Callable[[int], Vectors]:
    """(n, 32) unit vectors in clusters, as real texts lie; the same for the same n."""

    def make(count: int) -> Vectors:
        random = np.random.default_rng(count)
        centres = random.standard_normal((max(2, count // 50), 32))
        rows = centres[random.integers(0, len(centres), count)]
        rows = rows + 0.55 * random.standard_normal(rows.shape)
        unit: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        return unit

    return make
