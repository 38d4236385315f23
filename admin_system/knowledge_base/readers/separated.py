"""CSV and its relatives: one table, or questions with answers."""

from __future__ import annotations

import csv
from io import StringIO

from admin_system.knowledge_base.errors import DamagedDocument
from admin_system.knowledge_base.readers.draft import Draft
from admin_system.knowledge_base.readers.encodings import decode_text
from admin_system.knowledge_base.readers.limits import Limits
from admin_system.knowledge_base.readers.reading import Reading
from admin_system.knowledge_base.readers.tables import add_questions, add_sheet

SEPARATORS = ",;\t|"
LONGEST_CELL = 2**20


def read_separated(data: bytes, limits: Limits, *, questions: bool = False) -> Reading:
    """Raises DamagedDocument, and what `decode_text` and `add_questions` raise."""
    text = decode_text(data)
    csv.field_size_limit(LONGEST_CELL)
    try:
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=_find_separator(text)))
    except csv.Error as error:
        raise DamagedDocument("document_damaged", format="CSV") from error
    draft = Draft("csv", limits)
    if questions:
        add_questions(draft, rows)
    else:
        add_sheet(draft, rows)
    return draft.finish()


def _find_separator(text: str) -> str:
    """The sign by which most of the first rows have the same number of cells; a comma in doubt."""
    lines = text.splitlines()[:20]

    def evenness(separator: str) -> tuple[float, int]:
        counts = [len(row) for row in csv.reader(lines, delimiter=separator)]
        usual = max(set(counts), key=counts.count, default=1)
        return (counts.count(usual) / len(counts) if usual > 1 else 0, usual)

    return max(SEPARATORS, key=evenness)
