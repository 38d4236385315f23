"""Reads `[n]` out of an answer while it is written, and takes out numbers that name no source."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from admin_system.knowledge_base.answers.sources import Source

OPEN, CLOSE = r"[\[［【]", r"[\]］】]"
NUMBER = r"\d{1,3}"
BETWEEN = r"\s*[,，、;；\-–~～]\s*"
MARK = re.compile(rf"[ \t]*{OPEN}\s*({NUMBER}(?:{BETWEEN}{NUMBER})*)\s*{CLOSE}")
BLANKS = r"(?<![ \t])[ \t]"
"""A run is looked at from its beginning alone: a turn may hold a million of them."""
BEGUN = re.compile(rf"(?:{BLANKS}+|{BLANKS}*{OPEN}[\s\d,，、;；\-–~～]{{0,40}}|(?<!`)`+)\Z")
"""What may still become a mark, or belongs to what comes before one."""
PART = re.compile(rf"({NUMBER})(?:\s*[\-–~～]\s*({NUMBER}))?")
"""A number or a range of them."""
NEXT = re.compile(rf"{BLANKS}*{OPEN}|`+")


@dataclass(frozen=True, slots=True)
class Citation:
    """A `[n]` in an answer."""

    start_index: int
    """Of its bracket in the answer, in characters from 0."""
    end_index: int
    """Of what follows it."""
    number: int
    """From 1."""
    source: Source


@dataclass(slots=True)
class CitationReader:
    """Takes an answer piece by piece; what `push` and `flush` give back, joined, is the answer.

    `[1, 3]`, `[1-3]` and `【1】` come back as `[1][3]`; in code, between backticks, all stays.
    """

    sources: tuple[Source, ...]
    citations: list[Citation] = field(default_factory=list)
    _held: str = ""
    _length: int = 0
    """Characters given back so far."""
    _in_code: bool = False

    def push(self, text: str) -> str:
        self._held += text
        begun = BEGUN.search(self._held)
        ready = self._held[: begun.start()] if begun else self._held
        self._held = self._held[len(ready) :]
        return self._read(ready)

    def flush(self) -> str:
        """At the end of the answer."""
        ready, self._held = self._held, ""
        return self._read(ready)

    def _read(self, text: str) -> str:
        pieces: list[str] = []
        position = 0
        while found := NEXT.search(text, position):
            self._give(pieces, text[position : found.start()])
            mark = None if self._in_code else MARK.match(text, found.start())
            if found.group().startswith("`"):
                self._in_code = not self._in_code
            if mark is None:
                self._give(pieces, found.group())
                position = found.end()
            else:
                self._cite(pieces, mark)
                position = mark.end()
        self._give(pieces, text[position:])
        return "".join(pieces)

    def _cite(self, pieces: list[str], mark: re.Match[str]) -> None:
        numbers = to_numbers(mark[1], len(self.sources))
        if numbers:
            spaces = mark.group()[: len(mark.group()) - len(mark.group().lstrip(" \t"))]
            self._give(pieces, spaces)
        for number in numbers:
            begin = self._length
            self._give(pieces, f"[{number}]")
            source = self.sources[number - 1]
            self.citations.append(Citation(begin, self._length, number, source))

    def _give(self, pieces: list[str], text: str) -> None:
        pieces.append(text)
        self._length += len(text)


def to_numbers(inside: str, most: int) -> list[int]:
    """`1, 3-5` -> 1, 3, 4, 5, each once, from 1 to `most`."""
    numbers: dict[int, None] = {}
    for part in PART.finditer(inside):
        first, last = int(part[1]), int(part[2] or part[1])
        numbers |= dict.fromkeys(range(max(first, 1), min(last, most) + 1))
    return list(numbers)


def strip_citations(text: str) -> str:
    """An earlier answer without its numbers, which meant the sources of that answer."""
    reader = CitationReader(())
    return reader.push(text) + reader.flush()
