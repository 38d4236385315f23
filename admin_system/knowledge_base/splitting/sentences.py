"""Where sentences end, in Chinese and in English."""

from __future__ import annotations

import re
from collections.abc import Iterator

CLOSERS = re.escape("”’」』）)】]》〉\"'")
ENDS = re.compile(
    rf"[。！？!?…]+[{CLOSERS}]*\s*"
    rf"|\.(?:[{CLOSERS}]+\s*|\s+)(?=[\"'“‘(\[]*[^\Wa-z_])"
    r"|\n+\s*"
)
"""A full stop ends a sentence before a capital, a digit or a Chinese character; a line's end does
always."""
ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Za-z]|Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|etc|cf|al|approx|No|Nos|Fig|Figs|Eq|Sec|Vol|pp"
    r"|Inc|Ltd|Co|Corp|Gen|Col|Sgt|Rev|Hon|Mt|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
    r"|\b\w\.\w)\.$"
)
CLAUSES = re.compile(r"[；;]\s*|[，,、：:]\s*|\s+")


def split_sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans that cover text[start:end] without a gap; white space belongs to what is before it."""
    position = start
    for match in ENDS.finditer(text, start, end):
        if text[match.start()] == "." and ABBREVIATION.search(
            text, max(position, match.start() - 12), match.start() + 1
        ):
            continue
        if match.end() > position:
            yield position, match.end()
            position = match.end()
    if position < end:
        yield position, end


def split_clauses(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The same at commas and spaces, for sentences longer than a passage."""
    position = start
    for match in CLAUSES.finditer(text, start, end):
        if match.end() > position:
            yield position, match.end()
            position = match.end()
    if position < end:
        yield position, end
