"""Cuts a document into the units that a passage is packed of: sentences, whole tables, rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from admin_system.knowledge_base.readers.reading import Block
from admin_system.knowledge_base.splitting.sentences import split_clauses, split_sentences
from admin_system.knowledge_base.splitting.tokens import CountTokens

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Unit:
    """text[start:end], which stays in one piece."""

    start: int
    end: int
    tokens: int
    leads: bool = False
    """A heading: no passage should end with it."""
    opens: bool = False
    """The first row of a table too long for one passage; a passage begins with it."""
    head: str = ""
    """The table's header or the question, where the unit is a later part of it."""


class UnitCutter:
    """`room` is the most tokens that a unit may have, `headed` one that repeats a head."""

    def __init__(self, text: str, count: CountTokens, *, room: int, headed: int) -> None:
        self.text = text
        self.count = count
        self.room = room
        self.headed = headed

    def cut(self, blocks: Sequence[Block]) -> Iterator[Unit]:
        """Of blocks with text, in their order."""
        position = 0
        while position < len(blocks):
            block = blocks[position]
            position += 1
            end = block.end
            while position < len(blocks) and blocks[position].continues:
                end = blocks[position].end
                position += 1
            yield from self._cut_block(block, end)

    def _cut_block(self, block: Block, end: int) -> Iterator[Unit]:
        if block.kind in ("heading", "table", "question-answer"):
            tokens = self.count(self.text[block.start : end])
            if tokens <= self.room:
                yield Unit(block.start, end, tokens, leads=block.kind == "heading")
                return
        if block.kind == "table":
            yield from self._cut_rows(block)
            return
        head = block.text.partition("\n")[0] if block.kind == "question-answer" else ""
        room = self.headed if head else self.room
        for sentence in split_sentences(self.text, block.start, end):
            for start, stop in self._fit(sentence, room):
                yield self._unit(start, stop, head=head if start > block.start else "")

    def _cut_rows(self, block: Block) -> Iterator[Unit]:
        header = "\n".join(block.text.split("\n")[:2])
        position = block.start + len(header)
        first = True
        for row in block.text[len(header) :].splitlines(keepends=True):
            span = (block.start if first else position, position + len(row))
            position += len(row)
            if not row.strip():
                continue
            for start, stop in self._fit(span, self.headed):
                yield self._unit(start, stop, head="" if first else header, opens=first)
                first = False

    def _unit(self, start: int, end: int, *, head: str = "", opens: bool = False) -> Unit:
        return Unit(start, end, self.count(self.text[start:end]), head=head, opens=opens)

    def _fit(self, span: Span, room: int) -> Iterator[Span]:
        """The span, or where it is too long its clauses, packed; or pieces of its characters."""
        if self._fits(*span, room):
            yield span
            return
        start = stop = span[0]
        for _, end in split_clauses(self.text, *span):
            if stop > start and not self._fits(start, end, room):
                yield start, stop
                start = stop
            while (stop := self._longest(start, end, room)) < end:
                yield start, stop
                start = stop
            stop = end
        if stop > start:
            yield start, stop

    def _fits(self, start: int, end: int, room: int) -> bool:
        return self.count(self.text[start:end]) <= room

    def _longest(self, start: int, end: int, room: int) -> int:
        """How far a piece may go, by one character at least; little beyond it is counted."""
        step = 16
        while start + step < end and self._fits(start, start + step, room):
            step *= 2
        least, most = start + 1, min(end, start + step)
        while least < most:
            middle = (least + most + 1) // 2
            if self._fits(start, middle, room):
                least = middle
            else:
                most = middle - 1
        return least
