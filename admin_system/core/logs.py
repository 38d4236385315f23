"""The service's own log files: which there are, and their entries from the end, filtered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

NAME = re.compile(r"[\w-]+\.log(?:\.\d+)?")
HEAD = re.compile(rb"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) ([A-Z]+) ([\w.-]+): ")
"""How an entry begins: `LOG_FORMAT` of the settings. Other lines go on with the one before."""
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
SECRETS = re.compile(r"qvl_[\w-]{6,}|sk-[\w-]{8,}|(?<=Bearer )\S+|(?<=password=)\S+", re.IGNORECASE)
"""Keys are never logged on purpose; what a message may hold of one is left out all the same."""
BLOCK = 256 * 1024
"""Bytes that are read at a time."""
LONGEST_ENTRY = 64 * 1024
"""Bytes of an entry that are shown."""


@dataclass(frozen=True, slots=True)
class LogFile:
    name: str
    size: int
    """Bytes."""
    changed: float
    """Seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    offset: int
    """Of its first byte in the file."""
    at: str
    """As it is written; empty, as the next two, for lines before the first whole entry."""
    level: str
    logger: str
    text: str
    """All its lines."""


@dataclass(frozen=True, slots=True)
class LogPage:
    entries: list[LogEntry] = field(default_factory=list)
    """Newest first."""
    before: int | None = None
    """Where the next older page ends; None where there is none."""
    end: int = 0
    """Length of the file: what comes later begins here."""


def list_logs(folder: Path) -> list[LogFile]:
    """Plain files of the folder whose names are those of logs, the last written first."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if NAME.fullmatch(path.name) and path.is_file() and not path.is_symlink():
            told = path.stat()
            found.append(LogFile(path.name, told.st_size, told.st_mtime))
    return sorted(found, key=lambda file: -file.changed)


def find_log(folder: Path, name: str) -> Path | None:
    """Only names that `list_logs` has: no paths."""
    known = {file.name for file in list_logs(folder)}
    return folder / name if name in known else None


def read_page(
    path: Path,
    *,
    limit: int,
    level: str = "DEBUG",
    words: str = "",
    before: int | None = None,
    after: int | None = None,
) -> LogPage:
    """Entries of at least `level` that have all `words`, whatever their case, newest first.

    `before` ends the page in front of that byte; `after` gives what was written since, and
    everything where the file was begun anew meanwhile.
    """
    wanted, found = Wanted.of(level, words), []
    with path.open("rb") as file:
        end = file.seek(0, 2)
        start = after if after is not None and after <= end else 0
        stop = end if before is None else min(before, end)
        for raw in entries_from_end(file, start, stop):
            if wanted.excludes(raw):
                continue
            entry = make_entry(raw)
            if wanted.has_words(f"{entry.logger} {entry.text}"):
                found.append(entry)
            if len(found) == limit:
                return LogPage(found, raw.offset if raw.offset > start else None, end)
    return LogPage(found, None, end)


@dataclass(frozen=True, slots=True)
class RawEntry:
    offset: int
    head: re.Match[bytes] | None
    bytes: bytes


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; most entries are passed over as bytes, which costs a tenth."""

    levels: frozenset[bytes]
    """Empty for all."""
    words: tuple[str, ...]
    """In small letters."""
    caseless: tuple[bytes, ...]
    """Those of them whose bytes stand in every text that has them, once its ASCII is small."""

    @classmethod
    def of(cls, level: str, words: str) -> Wanted:
        allowed = LEVELS[LEVELS.index(level) :] if level != LEVELS[0] else ()
        asked = tuple(words.casefold().split())
        plain = [word for word in asked if word.isascii() or word == word.upper()]
        return cls(
            frozenset(name.encode() for name in allowed),
            asked,
            tuple(word.encode() for word in plain),
        )

    def excludes(self, raw: RawEntry) -> bool:
        if self.levels and (raw.head is None or raw.head[2] not in self.levels):
            return True
        if not self.caseless:
            return False
        small = raw.bytes.lower()
        return any(word not in small for word in self.caseless)

    def has_words(self, text: str) -> bool:
        if not self.words:
            return True
        small = text.casefold()
        return all(word in small for word in self.words)


def entries_from_end(file: BinaryIO, start: int, stop: int) -> Iterator[RawEntry]:
    """The entries between two bytes, the last one first."""
    lines: list[bytes] = []
    size = 0
    for offset, line in lines_from_end(file, start, stop):
        head = HEAD.match(line)
        if head is None and size < LONGEST_ENTRY:
            lines.append(line)
            size += len(line)
        if head is not None:
            whole = b"\n".join([line, *reversed(lines)]) if lines else line
            yield RawEntry(offset, head, whole)
            lines, size = [], 0
    if lines:
        yield RawEntry(start, None, b"\n".join(lines[::-1]))


def lines_from_end(file: BinaryIO, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
    """With the offset of each; a block at a time, so that a page costs what it shows."""
    rest, place = b"", stop
    while place > start:
        size = min(BLOCK, place - start)
        place -= size
        file.seek(place)
        block = file.read(size) + rest
        lines = block.split(b"\n")
        rest = lines[0]
        offset = place + len(block)
        for number in range(len(lines) - 1, 0, -1):
            offset -= len(lines[number])
            if lines[number]:
                yield offset, lines[number]
            offset -= 1
    if rest:
        yield start, rest


def make_entry(raw: RawEntry) -> LogEntry:
    if raw.head is None:
        return LogEntry(raw.offset, "", "", "", to_text(raw.bytes))
    at, level, logger = (part.decode("ascii", "replace") for part in raw.head.groups())
    return LogEntry(raw.offset, at, level, logger, to_text(raw.bytes[raw.head.end() :]))


def to_text(data: bytes) -> str:
    """What is no UTF-8 is replaced; keys are left out."""
    return hide_secrets(data.decode("utf-8", "replace").replace("\r", ""))


def hide_secrets(text: str) -> str:
    return SECRETS.sub("…", text)
