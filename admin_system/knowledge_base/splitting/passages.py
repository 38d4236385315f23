"""A passage: the piece of a document that is embedded, indexed, found and cited."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PassageDraft:
    """A passage before it has a row.

    `reading.text[start:end] == text`, exactly.
    """

    ordinal: int
    """0-based, in the order of the document."""
    text: str
    start: int
    end: int
    headings: tuple[str, ...]
    """The path of headings it stands under, outermost first; without those inside its text."""
    context: str
    """What stands in front of the text for embedding and index: headings, and for the later
    pieces of a table or an answer its header or question. Empty, or ends with a line's end."""
    page: int | None
    last_page: int | None
    pictures: tuple[int, ...] = ()
    """Indexes into `reading.pictures` of those described in the text."""
    is_question: bool = False
    """A question with its answer."""

    @property
    def indexed_text(self) -> str:
        return self.context + self.text
