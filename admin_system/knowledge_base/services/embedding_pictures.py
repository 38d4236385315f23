"""Vectors of pictures, a few at a time; empty ones where the embedding model takes none."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from admin_system.core.errors import BadPicture
from admin_system.core.images import read_picture
from admin_system.knowledge_base import storage
from admin_system.knowledge_base.readers.embedded import LONGEST_SIDE
from admin_system.vector_search.embedder import Embedder, Vectors
from admin_system.vector_search.errors import EmbedderFault

logger = logging.getLogger(__name__)

AT_ONCE = 8
"""Pictures that are in memory together, of 12 MB each at most."""
UNREADABLE = b""
"""Kept in a vector's place where the model cannot read the text, or takes no pictures."""


def embed_pictures(embedder: Embedder, hashes: Sequence[str]) -> list[bytes]:
    """float32, little endian, in the order of the SHA-256s; UNREADABLE where there is none."""
    if not embedder.profile.sees:
        return [UNREADABLE] * len(hashes)
    blobs: list[bytes] = []
    for start in range(0, len(hashes), AT_ONCE):
        blobs += _embed_few(embedder, hashes[start : start + AT_ONCE])
    return blobs


def _embed_few(embedder: Embedder, hashes: Sequence[str]) -> list[bytes]:
    try:
        pictures = [read_picture(storage.read(one), max_pixels=LONGEST_SIDE**2) for one in hashes]
        return to_blobs(embedder.embed_pictures([picture.image for picture in pictures]))
    except (BadPicture, FileNotFoundError, EmbedderFault) as error:
        if getattr(error, "retry", False):
            raise
        if len(hashes) == 1:
            logger.warning("a picture gets no vector: %s", error)
            return [UNREADABLE]
    return [blob for one in hashes for blob in _embed_few(embedder, [one])]


def to_blobs(vectors: Vectors) -> list[bytes]:
    return [vector.tobytes() for vector in vectors.astype("<f4")]
