"""What a repository of models offers: its files with their sizes and digests."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Source = Literal["hub", "modelscope"]
"""The Hugging Face Hub, or ModelScope, which is quicker from China."""

BLOCK = 1024 * 1024
"""Bytes read at a time to compute a digest."""


@dataclass(frozen=True, slots=True)
class Digest:
    method: Literal["sha256", "git-sha1"]
    """git-sha1 is what git calls a blob's id: of "blob <size>", a zero byte and the content."""
    value: str
    """Hexadecimal, lower case."""

    def fits(self, file: Path) -> bool:
        """Reads the whole file."""
        if self.method == "sha256":
            state = hashlib.sha256()
        else:
            state = hashlib.sha1(f"blob {file.stat().st_size}\0".encode(), usedforsecurity=False)
        with file.open("rb") as stream:
            while block := stream.read(BLOCK):
                state.update(block)
        return state.hexdigest() == self.value


@dataclass(frozen=True, slots=True)
class RemoteFile:
    name: str
    """Its path in the repository, with slashes."""
    bytes: int
    url: str
    digest: Digest | None
    """None where the repository tells none; then the size has to do."""

    def is_at(self, file: Path) -> bool:
        """Whether that file is there and is this one."""
        if not file.is_file() or file.stat().st_size != self.bytes:
            return False
        return self.digest is None or self.digest.fits(file)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for, and where."""

    name: str
    """owner/name."""
    revision: str
    """A branch, a tag or a commit."""
    site: str
    """Address, without a slash at its end."""
    variable: str
    """Environment variable that holds an access token for this site."""


@dataclass(frozen=True, slots=True)
class Repository:
    asked: Asked
    files: tuple[RemoteFile, ...]
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Sent with each request for a file; they may hold an access token."""
