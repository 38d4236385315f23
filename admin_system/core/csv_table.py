"""A table as a CSV file that spreadsheets open as it is meant: UTF-8, and no cell a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

RISKY = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""
MARK = "\ufeff"
"""By which Excel knows UTF-8."""
TYPE = "text/csv; charset=utf-8"


def encode_csv(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """RFC 4180; text that looks like a formula gets an apostrophe before it (OWASP)."""
    out = StringIO()
    out.write(MARK)
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([defuse(cell) for cell in row] for row in rows)
    return out.getvalue()


def defuse(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RISKY) else cell
