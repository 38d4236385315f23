"""The bytes of documents and their pictures, kept once under their hash; never served.

In a folder, or in the bucket of `QWEN_VL_FILES`; every function here may raise FilesAway then.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO, cast

from django.core.files.storage import storages

from admin_system.env import get_env
from admin_system.file_places import files_dir, find_bucket
from admin_system.knowledge_base.errors import DocumentTooLarge

if TYPE_CHECKING:
    from admin_system.core.bucket_files import BucketFiles

logger = logging.getLogger(__name__)

BLOCK = MEBIBYTE = 1 << 20


@dataclass(slots=True)
class Incoming:
    """Bytes that have come and have no place yet."""

    path: Path
    sha256: str
    """Hexadecimal."""
    size: int
    is_kept: bool = False

    def send_ahead(self) -> None:
        """Before the transaction, so that nobody waits in it for a bucket; `keep` follows."""
        if (files := bucket()) is not None:
            send(files, self.path, self.sha256, self.size)
            self.is_kept = True

    def keep(self) -> None:
        """Once, in the transaction that writes their row: see `remove`."""
        target = path_of(self.sha256)
        if (files := bucket()) is not None:
            send(files, self.path, self.sha256, self.size)
        elif not target.exists() or target.stat().st_size != self.size:
            target.parent.mkdir(exist_ok=True)
            self.path.replace(target)
        self.is_kept = True


def bucket() -> BucketFiles | None:
    """None where a folder keeps the bytes."""
    if find_bucket(get_env()) is None:
        return None
    return cast("BucketFiles", storages["documents"])


def send(files: BucketFiles, path: Path, sha256: str, size: int) -> None:
    """Unless it is there."""
    try:
        if files.size(key_of(sha256)) == size:
            return
    except FileNotFoundError:
        pass
    files.put(key_of(sha256), path)


def key_of(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


def folder() -> Path:
    """With a bucket that of bytes on their way."""
    return files_dir(get_env()) / "documents"


def path_of(sha256: str) -> Path:
    """In the folder; with a bucket nothing lies there."""
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


def read(sha256: str) -> bytes:
    """Raises FileNotFoundError."""
    if (files := bucket()) is None:
        return path_of(sha256).read_bytes()
    with files.open(key_of(sha256)) as file:
        data: bytes = file.read()
        return data


def size_of(sha256: str) -> int:
    """Bytes. Raises FileNotFoundError."""
    files = bucket()
    return path_of(sha256).stat().st_size if files is None else files.size(key_of(sha256))


def open_bytes(sha256: str) -> BinaryIO:
    """To be read in blocks and closed. Raises FileNotFoundError."""
    files = bucket()
    return path_of(sha256).open("rb") if files is None else files.open_stream(key_of(sha256))


@contextmanager
def as_file(sha256: str) -> Iterator[Path]:
    """For programs that read a path; from a bucket a copy, gone after the block.

    Raises FileNotFoundError.
    """
    if (files := bucket()) is None:
        yield path_of(sha256)
        return
    folder().mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder(), prefix="incoming_") as place:
        path = Path(place) / sha256
        files.fetch(key_of(sha256), path)
        yield path


@dataclass(frozen=True, slots=True)
class Kept:
    """What lies in the storage, or on its way there."""

    name: str
    """The SHA-256, hexadecimal, but for what is on its way."""
    size: int
    """Bytes."""
    written: float
    """Seconds since 1970."""
    remove: Callable[[], None]


def find_kept() -> Iterator[Kept]:
    for path in folder().rglob("*"):
        if path.is_file():
            state = path.stat()
            yield Kept(path.name, state.st_size, state.st_mtime, partial(path.unlink, True))
    if (files := bucket()) is not None:
        for one in files.entries():
            name = one.name.rpartition("/")[2]
            yield Kept(name, one.size, one.modified.timestamp(), partial(files.delete, one.name))


def is_whole(sha256: str) -> bool:
    """Reads all of it."""
    try:
        with open_bytes(sha256) as file:
            return hash_of_file(file) == sha256
    except FileNotFoundError:
        return False


def read_blocks(path: Path) -> Iterator[bytes]:
    """Of a file anywhere."""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def hash_of(path: Path) -> str:
    """SHA-256 of a file anywhere, hexadecimal."""
    with path.open("rb") as file:
        return hash_of_file(file)


def hash_of_file(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := file.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


def hash_of_bytes(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def remove(sha256: str) -> None:
    """May be repeated. Whoever calls has made sure that no row needs the bytes, and holds the
    transaction in which he did: else another's row for the same bytes could come in between."""
    if (files := bucket()) is not None:
        files.delete(key_of(sha256))
        return
    try:
        path_of(sha256).unlink(missing_ok=True)
    except PermissionError:  # Windows, while somebody reads it
        logger.warning("a file that no document needs could not be removed: %s", sha256)
