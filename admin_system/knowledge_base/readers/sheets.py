"""XLSX: a sheet is a page; formulas as the values they had when the file was saved."""

from __future__ import annotations

import datetime
import warnings
import zipfile
from collections.abc import Iterator
from io import BytesIO
from itertools import repeat
from typing import Any

from admin_system.knowledge_base.readers.archives import (
    check_office_xml,
    open_archive,
    read_member,
)
from admin_system.knowledge_base.readers.draft import Draft
from admin_system.knowledge_base.readers.embedded import add_embedded
from admin_system.knowledge_base.readers.limits import Limits
from admin_system.knowledge_base.readers.reading import Reading
from admin_system.knowledge_base.readers.tables import add_questions, add_sheet

WIDEST = 500
"""Columns that are read."""


def read_sheets(data: bytes, limits: Limits, *, questions: bool = False) -> Reading:
    """Raises what `check_office_xml` and `add_questions` raise."""
    check_office_xml(data, limits)
    draft = Draft("xlsx", limits, "sheet")
    with warnings.catch_warnings():
        # openpyxl warns of validations, styles and headers that it leaves out.
        warnings.simplefilter("ignore")
        _add_sheets(draft, data, questions)
    return draft.finish()


def _add_sheets(draft: Draft, data: bytes, questions: bool) -> None:
    values = _open(data, data_only=True)
    formulas = _open(data, data_only=False) if _has_formulas(data) else None
    draft.title = values.properties.title or ""
    for sheet in values.worksheets:
        draft.turn_page()
        written = _rows(formulas[sheet.title]) if formulas else repeat(())
        rows = []
        for cells, texts in zip(_rows(sheet), written, strict=False):
            row = [to_text(cell) for cell in cells]
            for i, cell in enumerate(texts):
                # A program that does not calculate leaves no value: the formula says more than
                # an empty cell.
                if i < len(row) and not row[i] and cell.data_type == "f":
                    row[i] = str(cell.value)
            rows.append(row)
        if questions:
            if any(any(row) for row in rows):
                add_questions(draft, rows)
            continue
        if any(any(row) for row in rows):
            draft.add("heading", sheet.title, level=1)
        add_sheet(draft, rows)
        with open_archive(data, draft.limits) as archive:
            for drawing in _targets(archive, sheet._worksheet_path, "/drawing"):
                for picture in _targets(archive, drawing, "/image"):
                    add_embedded(draft, read_member(archive, picture))


def _targets(archive: zipfile.ZipFile, part: str, kind: str) -> list[str]:
    """The members of this kind that a part of the workbook refers to."""
    from openpyxl.packaging.relationship import get_dependents, get_rels_path

    relations: str = get_rels_path(part)  # type: ignore[no-untyped-call]
    if relations not in archive.namelist():
        return []
    return [
        relation.Target
        for relation in get_dependents(archive, relations)
        if relation.Type.endswith(kind) and relation.TargetMode != "External"
    ]


def _open(data: bytes, *, data_only: bool) -> Any:
    from openpyxl import load_workbook

    return load_workbook(BytesIO(data), read_only=True, data_only=data_only, keep_links=False)


def _has_formulas(data: bytes) -> bool:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        return any(
            b"<f>" in content or b"<f " in content
            for content in (archive.read(name) for name in names)
        )


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    # Some programs write a wrong size of the sheet; then openpyxl would read no further.
    sheet.reset_dimensions()
    for row in sheet.iter_rows():
        yield row[:WIDEST]


def to_text(cell: Any) -> str:
    """As the sheet shows it, as far as dates, whole numbers and percentages go."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.datetime):
        whole_day = value.time() == datetime.time()
        return str(value.date()) if whole_day else value.isoformat(" ", "minutes")
    if isinstance(value, int | float):
        if "%" in (cell.number_format or ""):
            return f"{value * 100:.10g}%"
        return f"{value:.15g}"
    return str(value)
