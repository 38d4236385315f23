"""Rows of cells to Markdown tables, and two columns to questions with answers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from admin_system.knowledge_base.errors import UnknownFormat
from admin_system.knowledge_base.readers.draft import Draft, clean

Row = Sequence[str]
QUESTION_HEADS = {"question", "questions", "q", "问题", "問題", "问", "問", "提问", "题目"}


def to_markdown(rows: Sequence[Row]) -> str:
    """The first row is the header; short rows are filled up, empty columns left out."""
    width = max((len(row) for row in rows), default=0)
    cells = [[_to_cell(row[i]) if i < len(row) else "" for i in range(width)] for row in rows]
    kept = [i for i in range(width) if any(row[i] for row in cells)]
    lines = [f"| {' | '.join(row[i] for i in kept)} |" for row in cells if any(row)]
    if not lines:
        return ""
    return "\n".join([lines[0], f"|{' --- |' * len(kept)}", *lines[1:]])


def _to_cell(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", clean(text)).replace("|", "\\|")


def add_sheet(draft: Draft, rows: Sequence[Row]) -> None:
    """Tables of a sheet: an empty row ends one, a lone cell above one is its caption."""
    region: list[Row] = []
    for row in [*rows, ()]:
        if any(cell.strip() for cell in row):
            region.append(row)
            continue
        while region and sum(bool(cell.strip()) for cell in region[0]) == 1:
            draft.add("paragraph", "".join(region.pop(0)))
        if region:
            draft.add("table", to_markdown(region))
        region = []


def add_questions(draft: Draft, rows: Sequence[Row]) -> None:
    """Raises UnknownFormat where the rows have not exactly two columns."""
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    used = sorted({i for row in filled for i, cell in enumerate(row) if cell.strip()})
    if len(used) != 2:
        raise UnknownFormat("document_not_questions", columns=len(used))
    pairs = [[clean(row[i]) if i < len(row) else "" for i in used] for row in filled]
    if pairs[0][0].lower() in QUESTION_HEADS:
        pairs = pairs[1:]
    for question, answer in pairs:
        if question and answer:
            draft.add("question-answer", question.replace("\n", " ") + "\n" + answer)
