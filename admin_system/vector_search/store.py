"""The index on disk: stamped, written beside and moved into place, never trusted unread.

A file is 64 hexadecimal digits of SHA-256 over all that follows; a line of JSON (`IndexHeader`);
the ids and topics, 8 bytes each, little endian; FAISS's own format.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from filelock import FileLock

from admin_system.vector_search.embedder import EmbedderProfile
from admin_system.vector_search.errors import IndexDamaged, IndexMismatch, IndexMissing
from admin_system.vector_search.index import VectorIndex
from admin_system.vector_search.members import Members
from admin_system.vector_search.structures import Structure, StructureKind

logger = logging.getLogger(__name__)

FORMAT = 1
DIGITS = 64
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class IndexHeader:
    profile: str
    """`EmbedderProfile.key`."""
    dim: int
    count: int
    watermark: int
    kind: StructureKind
    probes: int
    fitted: int = 0
    format: int = FORMAT


class IndexStore:
    """One file; several processes may save to it, and the newest content stays."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = FileLock(f"{path}.lock", thread_local=False)

    def save(self, index: VectorIndex, profile: EmbedderProfile) -> None:
        """Nothing is written when the file is as new. Searches go on meanwhile."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.path.with_name(f"{self.path.name}.new")
        with self._lock, index.snapshot() as (structure, members, watermark):
            header = IndexHeader(
                profile=profile.key,
                dim=structure.dim,
                count=len(members),
                watermark=watermark,
                kind=structure.kind,
                probes=structure.probes,
                fitted=structure.fitted,
            )
            if self._is_older_than_saved(header):
                logger.info("another process has saved a newer index")
                return
            try:
                with temporary.open("wb") as file:
                    write_index(file, header, structure, members)
                    file.flush()
                    os.fsync(file.fileno())
                temporary.replace(self.path)
            except OSError:
                temporary.unlink(missing_ok=True)
                raise
            flush_folder(self.path.parent)

    def open(self, profile: EmbedderProfile) -> VectorIndex:
        """Raises IndexMissing, IndexDamaged, IndexMismatch (saved with another embedding model)."""
        try:
            with self.path.open("rb") as file:
                header = self._verify(file)
                if header.profile != profile.key:
                    raise IndexMismatch(
                        "index_of_another_model", found=header.profile, expected=profile.key
                    )
                return self._read(file, header)
        except FileNotFoundError as error:
            raise IndexMissing("index_missing", file=self.path.name) from error

    def size(self) -> int | None:
        """Bytes of the file; None where there is none."""
        return self.path.stat().st_size if self.path.exists() else None

    def header(self) -> IndexHeader:
        """Of a whole file. Raises IndexMissing, IndexDamaged."""
        try:
            with self.path.open("rb") as file:
                return self._verify(file)
        except FileNotFoundError as error:
            raise IndexMissing("index_missing", file=self.path.name) from error

    def remove(self) -> None:
        with self._lock:
            self.path.unlink(missing_ok=True)

    def _is_older_than_saved(self, header: IndexHeader) -> bool:
        """The whole file is read only where its first lines say so."""
        with suppress(FileNotFoundError, IndexMissing, IndexDamaged):
            with self.path.open("rb") as file:
                claimed = self._read_header(file)
            if claimed.profile == header.profile and claimed.watermark > header.watermark:
                return self.header() == claimed
        return False

    def _verify(self, file: IO[bytes]) -> IndexHeader:
        """Reads all of it; the file then stands behind its header."""
        stated = file.read(DIGITS)
        digest = hashlib.sha256()
        while block := file.read(BLOCK):
            digest.update(block)
        if stated != digest.hexdigest().encode("ascii"):
            raise IndexDamaged("index_damaged", file=self.path.name)
        return self._read_header(file)

    def _read_header(self, file: IO[bytes]) -> IndexHeader:
        """As it stands there."""
        file.seek(DIGITS)
        try:
            fields: dict[str, Any] = json.loads(file.readline())
            header = IndexHeader(**fields)
        except (ValueError, TypeError) as error:  # whole, but of another version of ours
            raise IndexDamaged("index_damaged", file=self.path.name) from error
        if header.format != FORMAT:
            raise IndexDamaged("index_damaged", file=self.path.name)
        return header

    def _read(self, file: IO[bytes], header: IndexHeader) -> VectorIndex:
        import faiss

        size = 8 * header.count
        ids = np.frombuffer(file.read(size), dtype="<i8").astype(np.int64)
        topics = np.frombuffer(file.read(size), dtype="<i8").astype(np.int64)
        # FAISS gets a reader, not a path: on Windows it opens no path with Chinese in it.
        index = faiss.read_index(faiss.PyCallbackIOReader(file.read))
        structure = Structure(header.kind, index, header.probes, header.fitted)
        if len(structure) != len(ids):
            raise IndexDamaged("index_damaged", file=self.path.name)
        return VectorIndex(structure, Members(ids, topics), header.watermark)


def write_index(
    file: IO[bytes], header: IndexHeader, structure: Structure, members: Members
) -> None:
    import faiss

    digest = hashlib.sha256()

    def write(block: bytes) -> None:
        digest.update(block)
        file.write(block)

    file.write(b" " * DIGITS)
    write(json.dumps(asdict(header)).encode("ascii") + b"\n")
    write(members.ids.astype("<i8").tobytes())
    write(members.topics.astype("<i8").tobytes())
    writer = faiss.PyCallbackIOWriter(write, BLOCK)
    faiss.write_index(structure.index, writer)
    file.seek(0)
    file.write(digest.hexdigest().encode("ascii"))


def flush_folder(folder: Path) -> None:
    """Makes the move itself survive a power cut; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
