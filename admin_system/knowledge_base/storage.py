"""The bytes of documents and their pictures, kept once under their hash; never served."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile

from admin_system.env import get_env

BLOCK = 1 << 20


def folder() -> Path:
    return get_env().data_dir / "documents"


def path_of(sha256: str) -> Path:
    return folder() / sha256[:2] / sha256


def keep(blocks: Iterable[bytes], limit: int | None = None) -> tuple[str, int]:
    """Writes the bytes and returns their SHA-256, hexadecimal, and their number.

    More than `limit` bytes raise ValueError; nothing is left behind. The same bytes again cost
    no place.
    """
    folder().mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    file = NamedTemporaryFile(dir=folder(), prefix="incoming_", delete=False)  # noqa: SIM115
    try:
        with file:
            for block in blocks:
                size += len(block)
                if limit is not None and size > limit:
                    raise ValueError(f"more than {limit} bytes")
                digest.update(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        target = path_of(digest.hexdigest())
        target.parent.mkdir(exist_ok=True)
        Path(file.name).replace(target)
    except BaseException:
        Path(file.name).unlink(missing_ok=True)
        raise
    return digest.hexdigest(), size


def read(sha256: str) -> bytes:
    """Raises FileNotFoundError."""
    return path_of(sha256).read_bytes()


def hash_of(path: Path) -> str:
    """SHA-256 of a file anywhere, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def remove(sha256: str) -> None:
    """May be repeated; whoever calls has made sure that no row needs it."""
    path_of(sha256).unlink(missing_ok=True)
