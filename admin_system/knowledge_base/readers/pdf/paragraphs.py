"""Lines of a PDF to headings, paragraphs, lists and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from admin_system.knowledge_base.readers.draft import Draft
from admin_system.knowledge_base.readers.lines import LIST_MARK, ends_a_sentence, join_lines
from admin_system.knowledge_base.readers.pdf.columns import Line
from admin_system.knowledge_base.readers.reading import Kind
from admin_system.knowledge_base.readers.tables import to_markdown

LARGER = 1.15
"""Times the size of the text that a heading has."""
SAME_SIZE = 0.12
LONGEST_HEADING = 120
"""Characters."""
NEXT_PARAGRAPH = 0.6
"""Line heights of free space above a paragraph, at least this more than between its lines."""
INDENT = 0.9
"""Ems."""


@dataclass(frozen=True, slots=True)
class Type:
    """The sizes of letters in a document."""

    body: float
    headings: tuple[float, ...]
    """From the largest to the smallest."""


def find_type(columns: Sequence[Sequence[Line]]) -> Type:
    """The body is the size of most characters."""
    sizes: Counter[float] = Counter()
    for column in columns:
        for line in column:
            for run in line:
                sizes[_rounded(run.size)] += len(run.text)
    if not sizes:
        return Type(0.0, ())
    body = sizes.most_common(1)[0][0]
    larger = sorted((size for size in sizes if size >= LARGER * body), reverse=True)
    return Type(body, tuple(larger))


def _rounded(size: float) -> float:
    return round(size * 2) / 2


class Paragraphs:
    """Adds the columns of one page after the other to a draft."""

    def __init__(self, draft: Draft, sizes: Type) -> None:
        self.draft = draft
        self.sizes = sizes
        self._text = ""
        self._kind: Kind = "paragraph"
        self._level = 0
        self._last: Line | None = None
        self._cut = False
        """The last paragraph of the page before ended in the middle of a sentence."""

    def add_page(self, columns: Sequence[Sequence[Line]]) -> None:
        for column in columns:
            self._add_column(column)
        cut = self._kind == "paragraph" and bool(self._text) and not ends_a_sentence(self._text)
        self._close()
        self._cut = cut

    def _add_column(self, column: Sequence[Line]) -> None:
        right = max(line[-1].right for line in column) if column else 0.0
        left = min(line[0].left for line in column) if column else 0.0
        for tabular, group in groupby(column, key=_is_row):
            lines = list(group)
            if tabular and len(lines) > 1:
                self._close()
                self.draft.add("table", to_markdown(_align(lines)))
            else:
                for line in lines:
                    self._add_line(line, left, right)

    def _add_line(self, line: Line, left: float, right: float) -> None:
        text = " ".join(run.text for run in line)
        level = self._heading_level(line, text)
        if self._text and self._starts_anew(line, text, level, left, right):
            self._close()
        if not self._text:
            self._level = level
            is_listed = bool(LIST_MARK.match(text))
            self._kind = "heading" if level else "list" if is_listed else "paragraph"
            if level or is_listed:
                self._cut = False
        self._text = join_lines(self._text, text)
        self._last = line

    def _starts_anew(self, line: Line, text: str, level: int, left: float, right: float) -> bool:
        last = self._last
        if last is None or level != self._level or LIST_MARK.match(text):
            return True
        size, before = line[0].size, last[0].size
        if abs(size - before) > SAME_SIZE * before:
            return True
        if line[0].top < last[0].top:  # the next column
            return ends_a_sentence(self._text) or bool(level)
        if line[0].top - last[0].bottom > NEXT_PARAGRAPH * before:
            return True
        if level:
            return False
        indented = line[0].left - left > INDENT * size
        if indented and self._kind == "paragraph" and last[0].left < line[0].left - 0.5 * size:
            return True
        ended_early = last[-1].right < right - 3 * size
        return ended_early and ends_a_sentence(self._text)

    def _heading_level(self, line: Line, text: str) -> int:
        if len(text) > LONGEST_HEADING or text.rstrip()[-1:] in "。，,;；":
            return 0
        size = _rounded(line[0].size)
        if size in self.sizes.headings and len(line) == 1:
            return min(9, 1 + self.sizes.headings.index(size))
        if all(run.bold for run in line) and len(text) <= LONGEST_HEADING / 2:
            is_sentence = ends_a_sentence(text) or LIST_MARK.match(text)
            return 0 if is_sentence else min(9, 1 + len(self.sizes.headings))
        return 0

    def _close(self) -> None:
        if self._text:
            goes_on = self._cut and self._kind == "paragraph"
            self.draft.add(self._kind, self._text, level=self._level, continues=goes_on)
            self._cut = False
        self._text, self._level, self._last = "", 0, None


def _is_row(line: Line) -> bool:
    """Of a table: several cells, the first no mark of a list."""
    return len(line) > 1 and not LIST_MARK.match(f"{line[0].text} ")


def _align(lines: Sequence[Line]) -> list[list[str]]:
    """Cells under the columns of the row that has most; an empty cell stays empty."""
    model = max(lines, key=len)
    middles = [(run.left + run.right) / 2 for run in model]
    rows = []
    for line in lines:
        row = [""] * len(model)
        for run in line:
            i = min(
                range(len(model)),
                key=lambda i: min(
                    abs(run.left - model[i].left), abs((run.left + run.right) / 2 - middles[i])
                ),
            )
            row[i] = join_lines(row[i], run.text)
        rows.append(row)
    return rows
