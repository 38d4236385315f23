"""The bytes of documents and their pictures, kept once under their hash; never served."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from admin_system.env import get_env
from admin_system.knowledge_base.errors import DocumentTooLarge

logger = logging.getLogger(__name__)

BLOCK = MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Incoming:
    """Bytes that have come and have no place yet."""

    path: Path
    sha256: str
    """Hexadecimal."""
    size: int

    def keep(self) -> None:
        """Once, in the transaction that writes their row: see `remove`."""
        target = path_of(self.sha256)
        if target.exists() and target.stat().st_size == self.size:
            return
        target.parent.mkdir(exist_ok=True)
        self.path.replace(target)


def folder() -> Path:
    return get_env().data_dir / "documents"


def path_of(sha256: str) -> Path:
    return folder() / sha256[:2] / sha256


@contextmanager
def receive(blocks: Iterable[bytes], limit: int | None = None) -> Iterator[Incoming]:
    """Writes the bytes to a file that is gone after the block, unless they are kept.

    Raises DocumentTooLarge beyond `limit` bytes.
    """
    folder().mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    file = NamedTemporaryFile(dir=folder(), prefix="incoming_", delete=False)  # noqa: SIM115
    try:
        with file:
            for block in blocks:
                size += len(block)
                if limit is not None and size > limit:
                    raise DocumentTooLarge("document_too_many_bytes", limit=limit // MEBIBYTE)
                digest.update(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        yield Incoming(Path(file.name), digest.hexdigest(), size)
    finally:
        Path(file.name).unlink(missing_ok=True)


def keep(data: bytes) -> str:
    """Writes the bytes and returns their SHA-256, hexadecimal. The same again cost no place."""
    with receive([data]) as incoming:
        incoming.keep()
        return incoming.sha256


def read(sha256: str) -> bytes:
    """Raises FileNotFoundError."""
    return path_of(sha256).read_bytes()


def read_blocks(path: Path) -> Iterator[bytes]:
    """Of a file anywhere."""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def hash_of(path: Path) -> str:
    """SHA-256 of a file anywhere, hexadecimal."""
    digest = hashlib.sha256()
    for block in read_blocks(path):
        digest.update(block)
    return digest.hexdigest()


def hash_of_bytes(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def remove(sha256: str) -> None:
    """May be repeated. Whoever calls has made sure that no row needs the bytes, and holds the
    transaction in which he did: else another's row for the same bytes could come in between."""
    try:
        path_of(sha256).unlink(missing_ok=True)
    except PermissionError:  # Windows, while somebody reads it
        logger.warning("a file that no document needs could not be removed: %s", sha256)
