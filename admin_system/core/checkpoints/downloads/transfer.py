"""Brings one file to disk: goes on where it was cut, checks the digest, then gives it its name."""

from __future__ import annotations

import errno
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from admin_system.core.checkpoints.downloads.connection import require_success
from admin_system.core.checkpoints.downloads.repository import RemoteFile, Repository
from admin_system.core.errors import DownloadError

logger = logging.getLogger(__name__)

UNFINISHED = ".incomplete"
TRIES = 6
"""Connections in a row that may break without bringing a byte."""
LONGEST_WAIT = 30.0
"""Seconds between two of them; they grow from 1."""
PASSING = frozenset({408, 416, 425, 429, 500, 502, 503, 504})
"""Statuses after which asking again may help; 416 after the piece on disk is thrown away."""
RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")

Advance = Callable[[int], None]
"""Called with the bytes of this file that are on disk; may raise to end the download."""
Wait = Callable[[float], None]


class Broken(Exception):
    """The connection brought less than the file; what it brought is kept."""


@dataclass(frozen=True, slots=True)
class Transfer:
    client: httpx.Client
    repository: Repository
    wait: Wait
    """Sleeps for some seconds."""

    def fetch(self, file: RemoteFile, folder: Path, advance: Advance) -> None:
        """The file under its name in the folder; one that is there already is only checked.

        Raises DownloadError. A file whose content is wrong is removed; one that was cut stays as
        `<name>.<digest>.incomplete`, and the next call goes on from there.
        """
        target = folder / file.name
        if file.is_at(target):
            advance(file.bytes)
            return
        partial = partial_of(file, folder)
        with _disk_faults(folder):
            target.unlink(missing_ok=True)
            partial.touch()
            self._complete(file, partial, advance)
            if not file.is_at(partial):
                partial.unlink()
                raise self._corrupt(file)
            partial.replace(target)

    def _complete(self, file: RemoteFile, partial: Path, advance: Advance) -> None:
        most, broken = partial.stat().st_size, 0
        while (size := partial.stat().st_size) != file.bytes:
            if size > file.bytes:
                _empty(partial)
            try:
                self._append(file, partial, advance)
            except (Broken, httpx.HTTPError) as error:
                size = partial.stat().st_size
                broken = 1 if size > most else broken + 1
                most = max(most, size)
                if broken >= TRIES:
                    raise DownloadError(
                        "download_interrupted", file=file.name, site=self.repository.asked.site
                    ) from error
                logger.info("%s broke off at byte %d: %s", file.name, size, error)
                self.wait(min(2.0 ** (broken - 1), LONGEST_WAIT))

    def _append(self, file: RemoteFile, partial: Path, advance: Advance) -> None:
        """One connection. Raises Broken or httpx.HTTPError where it ends early."""
        size = partial.stat().st_size
        # A compressed answer would have other bytes to count and to go on from.
        headers = {**self.repository.headers, "Accept-Encoding": "identity"}
        if size:
            headers["Range"] = f"bytes={size}-"
        with self.client.stream("GET", file.url, headers=headers) as response:
            if response.status_code == 416:
                _empty(partial)
            if response.status_code in PASSING:
                raise Broken(f"status {response.status_code}")
            require_success(response, self.repository.asked)
            begin = _begin_of(response)
            if begin not in (0, size):
                _empty(partial)
                raise Broken(f"asked for byte {size}, got {begin}")
            with partial.open("ab" if begin else "wb") as stream:
                written = begin
                for piece in response.iter_bytes():
                    stream.write(piece)
                    written += len(piece)
                    if written > file.bytes:
                        break
                    advance(written)
        if written < file.bytes:
            raise Broken("the answer ended early")
        if written > file.bytes:
            partial.unlink()
            raise self._corrupt(file)

    def _corrupt(self, file: RemoteFile) -> DownloadError:
        return DownloadError("download_corrupt", file=file.name, site=self.repository.asked.site)


def partial_of(file: RemoteFile, folder: Path) -> Path:
    """Named for its content too, so that another version of a file is never gone on with."""
    mark = file.digest.value[:12] if file.digest else str(file.bytes)
    return folder / f"{file.name}.{mark}{UNFINISHED}"


def bytes_on_disk(files: tuple[RemoteFile, ...], folder: Path) -> int:
    """What an earlier download has brought of these files, unchecked."""
    there = 0
    for file in files:
        for path in (folder / file.name, partial_of(file, folder)):
            if path.is_file():
                there += min(path.stat().st_size, file.bytes)
                break
    return there


def _begin_of(response: httpx.Response) -> int:
    """The first byte that an answer holds; a site may ignore a range and send everything."""
    if response.status_code == 200:
        return 0
    match = RANGE.fullmatch(response.headers.get("Content-Range", ""))
    return int(match[1]) if match else -1


def _empty(partial: Path) -> None:
    partial.write_bytes(b"")


@contextmanager
def _disk_faults(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DownloadError("download_disk_became_full", folder=str(folder)) from error
        raise DownloadError("download_cannot_write", folder=str(folder)) from error
