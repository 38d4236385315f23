"""A table as CSV (RFC 4180): a row for each box, one without a box for a picture where none is.

UTF-8 with the mark by which Excel knows it. A cell that a spreadsheet would take for a formula
begins with an apostrophe (https://owasp.org/www-community/attacks/CSV_Injection).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from django.utils import timezone

from admin_system.core.exports.pictures import AnnotatedPicture, read_pictures
from admin_system.core.types import Box

MARK = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
COLUMNS = (
    *("picture", "width", "height", "number", "label", "x1", "y1", "x2", "y2"),
    *("question", "answer", "model", "analysed", "analysis"),
)


def write_table(numbers: Sequence[str]) -> Iterator[bytes]:
    yield (MARK + write_row(COLUMNS)).encode()
    for picture in read_pictures(numbers):
        rows = [write_row(cells_of(picture, number, box)) for number, box in numbered(picture)]
        yield "".join(rows).encode()


def numbered(picture: AnnotatedPicture) -> list[tuple[int | None, Box | None]]:
    boxes: list[tuple[int | None, Box | None]] = list(enumerate(picture.boxes, 1))
    return boxes or [(None, None)]


def cells_of(picture: AnnotatedPicture, number: int | None, box: Box | None) -> tuple[object, ...]:
    record = picture.record
    place = (None,) * 5 if box is None else (box.label, box.x1, box.y1, box.x2, box.y2)
    question = record.query or ", ".join(record.labels)
    moment = timezone.localtime(record.created_at).isoformat(" ", "seconds")
    asked = (question, record.result, record.model, moment, record.pk)
    return (picture.name, record.width, record.height, number, *place, *asked)


def write_row(cells: Sequence[object]) -> str:
    row = io.StringIO()
    csv.writer(row).writerow([harmless(cell) for cell in cells])
    return row.getvalue()


def harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
