"""What a reader makes of a file: one text, cut into blocks that know their page and offsets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["heading", "paragraph", "list", "table", "picture", "question-answer"]
PageUnit = Literal["page", "slide", "sheet", "chapter"]
PictureSource = Literal["scan", "embedded", "file"]


@dataclass(frozen=True, slots=True)
class Block:
    """One heading, paragraph, list, table, picture, or question with its answer.

    A table is Markdown: a header row, a row of dashes, the rows. A question fills the first line
    of its block, the answer the rest.
    """

    kind: Kind
    text: str
    """Without white space at its ends; of a picture its alternative text, often empty."""
    level: int = 0
    """Of a heading, 1 (outermost) .. 9; else 0."""
    page: int | None = None
    """1-based: page, slide, sheet or chapter, as `Reading.page_unit` says; None without pages."""
    continues: bool = False
    """Goes on with the sentence of the block before it, across a page break."""
    picture: int | None = None
    """Index into `Reading.pictures`."""
    start: int = 0
    end: int = 0
    """`Reading.text[start:end] == text`."""


@dataclass(frozen=True, slots=True)
class FoundPicture:
    """A picture in a document that only a vision model can read."""

    data: bytes
    """JPEG or PNG, as found or drawn from the page."""
    source: PictureSource
    page: int | None
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a reader left out; a code of `messages` with its values."""

    code: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as read."""

    format: str
    """`pdf`, `docx`, … as in `formats.FORMATS`."""
    title: str
    """From the document itself; empty where it has none."""
    text: str
    blocks: tuple[Block, ...]
    pictures: tuple[FoundPicture, ...] = ()
    """Each has a block of the kind picture; what a model says of it is put in by
    `describe_pictures`."""
    page_unit: PageUnit | None = None
    page_count: int = 0
    notices: tuple[Notice, ...] = ()


def lay_out(blocks: list[Block]) -> tuple[str, tuple[Block, ...]]:
    """The text of a document and its blocks with their offsets in it.

    Blocks are a blank line apart; one that continues follows after a space, or directly where
    Chinese characters meet. A block without text has start == end.
    """
    parts: list[str] = []
    placed: list[Block] = []
    position = 0
    before = ""
    for block in blocks:
        if block.text and before:
            gap = _gap(before, block)
            parts.append(gap)
            position += len(gap)
        parts.append(block.text)
        end = position + len(block.text)
        placed.append(replace(block, start=position, end=end))
        position = end
        before = block.text or before
    return "".join(parts), tuple(placed)


def _gap(before: str, block: Block) -> str:
    if not block.continues:
        return "\n\n"
    return "" if is_wide(before[-1]) or is_wide(block.text[0]) else " "


def is_wide(character: str) -> bool:
    """Written without spaces between words: Chinese, kana and full-width signs; not Hangul."""
    code = ord(character)
    return (
        0x2E80 <= code <= 0x9FFF
        or 0xF900 <= code <= 0xFAFF
        or 0xFE30 <= code <= 0xFE4F
        or 0xFF00 <= code <= 0xFFEF
        or 0x20000 <= code <= 0x3FFFF
        or character in "“”‘’…—"
    )


def describe_pictures(reading: Reading, words: Mapping[int, str]) -> Reading:
    """The reading with what a vision model said put in the pictures' places.

    `words` are by index into `reading.pictures`; text that the document itself had for a picture
    stays in front of them.
    """
    blocks = [
        replace(block, text="\n".join(filter(None, (block.text, words[block.picture].strip()))))
        if block.picture is not None and block.picture in words
        else block
        for block in reading.blocks
    ]
    text, placed = lay_out(blocks)
    return replace(reading, text=text, blocks=placed)
