"""A reading in the making: blocks are added in reading order, limits are watched."""

from __future__ import annotations

import hashlib
import re

from admin_system.knowledge_base.errors import DocumentTooLarge, EmptyDocument
from admin_system.knowledge_base.readers.limits import Limits
from admin_system.knowledge_base.readers.reading import (
    Block,
    FoundPicture,
    Kind,
    Notice,
    PageUnit,
    Reading,
    lay_out,
)

UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]"
)
"""Control characters, soft hyphens, marks without width, halves of surrogate pairs."""
SPACES = re.compile("[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")


def clean(text: str) -> str:
    """Without unseen characters; runs of spaces are one, lines have none at their ends."""
    text = UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n"))
    lines = (SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip()


class Draft:
    """Collects the blocks of one document."""

    def __init__(self, format_name: str, limits: Limits, page_unit: PageUnit | None = None) -> None:
        self.format = format_name
        self.limits = limits
        self.page_unit = page_unit
        self.page_count = 0
        self.title = ""
        self.blocks: list[Block] = []
        self.pictures: list[FoundPicture] = []
        self._picture_of: dict[bytes, int] = {}
        self._characters = 0
        self._left_out = 0

    def turn_page(self) -> int:
        """The next page's number. Raises DocumentTooLarge."""
        self.page_count += 1
        if self.page_count > self.limits.pages:
            raise DocumentTooLarge("document_too_many_pages", limit=self.limits.pages)
        return self.page_count

    def add(self, kind: Kind, text: str, *, level: int = 0, continues: bool = False) -> None:
        """A block on the current page; text without anything in it is passed over.

        Raises DocumentTooLarge.
        """
        text = clean(text)
        if not text:
            return
        if kind == "heading":
            text = text.replace("\n", " ")
        self._characters += len(text)
        if self._characters > self.limits.characters:
            raise DocumentTooLarge("document_too_much_text", limit=self.limits.characters)
        self.blocks.append(
            Block(kind, text, level=level, page=self.page_count or None, continues=continues)
        )

    def add_picture(self, picture: FoundPicture, text: str = "") -> None:
        """A picture and what the document says of it; one that is there already is not repeated."""
        digest = hashlib.sha256(picture.data).digest()
        if digest in self._picture_of:
            return
        if len(self.pictures) >= self.limits.pictures:
            self._left_out += 1
            return
        self._picture_of[digest] = len(self.pictures)
        self.blocks.append(
            Block("picture", clean(text), page=picture.page, picture=len(self.pictures))
        )
        self.pictures.append(picture)

    def finish(self) -> Reading:
        """Raises EmptyDocument where there is neither text nor picture."""
        text, blocks = lay_out(self.blocks)
        if not text and not self.pictures:
            raise EmptyDocument("document_nothing_to_read")
        notices = []
        if self._left_out:
            notices.append(
                Notice(
                    "document_pictures_left_out",
                    {"left_out": self._left_out, "limit": self.limits.pictures},
                )
            )
        return Reading(
            format=self.format,
            title=clean(self.title).replace("\n", " ")[:300],
            text=text,
            blocks=blocks,
            pictures=tuple(self.pictures),
            page_unit=self.page_unit,
            page_count=self.page_count,
            notices=tuple(notices),
        )
