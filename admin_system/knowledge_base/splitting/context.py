"""What stands around an offset of a document: its headings, its pages, its pictures."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from admin_system.knowledge_base.readers.reading import Block, Reading
from admin_system.knowledge_base.splitting.tokens import CountTokens

ARROW = " > "


class Surroundings:
    """Looks up by offset."""

    def __init__(self, reading: Reading) -> None:
        self._blocks = [block for block in reading.blocks if block.text]
        self._starts = [block.start for block in self._blocks]
        self._paths = list(_paths(self._blocks))

    def headings_above(self, offset: int) -> tuple[str, ...]:
        """Of the headings that begin before the offset those it stands under; a heading stands
        under higher ones only."""
        before = bisect_right(self._starts, offset - 1)
        path = self._paths[before - 1] if before else ()
        if before < len(self._blocks):
            block = self._blocks[before]
            if block.start == offset and block.kind == "heading":
                path = tuple(one for one in path if one.level < block.level)
        return tuple(one.text for one in path)

    def blocks_between(self, start: int, end: int) -> list[Block]:
        first = max(0, bisect_right(self._starts, start) - 1)
        return self._blocks[first : bisect_right(self._starts, end - 1)]


def _paths(blocks: Sequence[Block]) -> Iterator[tuple[Block, ...]]:
    """The path of headings in force after each block."""
    path: tuple[Block, ...] = ()
    for block in blocks:
        if block.kind == "heading":
            path = (*(one for one in path if one.level < block.level), block)
        yield path


def write_context(headings: Sequence[str], head: str, count: CountTokens, room: int) -> str:
    """Headings, outermost first, and a head, a line each; what exceeds the room is left out:
    the head, or headings from the outermost on."""
    tail = f"{head}\n" if head and count(f"{head}\n") <= room else ""
    for first in range(len(headings)):
        context = ARROW.join(headings[first:]) + "\n" + tail
        if count(context) <= room:
            return context
    return tail
