"""PPTX: a slide is a page; its title a heading; boxes from top to bottom, tables, notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

from admin_system.knowledge_base.readers.archives import check_office_xml
from admin_system.knowledge_base.readers.draft import Draft
from admin_system.knowledge_base.readers.embedded import add_embedded
from admin_system.knowledge_base.readers.limits import Limits
from admin_system.knowledge_base.readers.reading import Reading
from admin_system.knowledge_base.readers.tables import to_markdown

ROW = 150_000
"""English Metric Units (4 mm): boxes whose tops differ by less stand in one row."""


def read_slides(data: bytes, limits: Limits) -> Reading:
    """Raises what `check_office_xml` raises."""
    from pptx import Presentation

    check_office_xml(data, limits)
    presentation = Presentation(BytesIO(data))
    draft = Draft("pptx", limits, "slide")
    draft.title = presentation.core_properties.title or ""
    for slide in presentation.slides:
        draft.turn_page()
        title = slide.shapes.title
        if title is not None:
            draft.add("heading", title.text_frame.text, level=1)
        for shape in _in_order(slide.shapes):
            if title is None or shape.shape_id != title.shape_id:
                _add_shape(draft, shape)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            draft.add("paragraph", slide.notes_slide.notes_text_frame.text)
    return draft.finish()


def _in_order(shapes: Iterable[Any]) -> Iterator[Any]:
    """From top to bottom, in a row from left to right; groups are opened."""
    for shape in sorted(shapes, key=lambda shape: ((shape.top or 0) // ROW, shape.left or 0)):
        if hasattr(shape, "shapes"):
            yield from _in_order(shape.shapes)
        else:
            yield shape


def _add_shape(draft: Draft, shape: Any) -> None:
    if getattr(shape, "has_table", False):
        rows = [[cell.text for cell in row.cells] for row in shape.table.rows]
        draft.add("table", to_markdown(rows))
    elif getattr(shape, "has_chart", False):
        _add_chart(draft, shape.chart)
    elif shape.has_text_frame:
        paragraphs = [part.text for part in shape.text_frame.paragraphs if part.text.strip()]
        kind = "list" if len(paragraphs) > 1 else "paragraph"
        draft.add(kind, "\n".join(paragraphs))  # type: ignore[arg-type]
    elif hasattr(shape, "image"):
        words = shape._element.nvPicPr.cNvPr.get("descr") or ""
        add_embedded(draft, shape.image.blob, words)


def _add_chart(draft: Draft, chart: Any) -> None:
    """The numbers behind a chart: a row a category, a column a series."""
    if chart.has_title and chart.chart_title.has_text_frame:
        draft.add("paragraph", chart.chart_title.text_frame.text)
    for plot in chart.plots:
        series = list(plot.series)
        rows = [["", *(one.name or "" for one in series)]]
        for i, category in enumerate(plot.categories):
            values = [one.values[i] if i < len(one.values) else None for one in series]
            shown = ["" if value is None else f"{value:g}" for value in values]
            rows.append([str(category), *shown])
        draft.add("table", to_markdown(rows))
