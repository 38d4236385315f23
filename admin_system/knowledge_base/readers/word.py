"""DOCX: headings by style or outline level, lists, tables, text boxes, notes and pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from admin_system.knowledge_base.readers.archives import check_office_xml
from admin_system.knowledge_base.readers.draft import Draft
from admin_system.knowledge_base.readers.embedded import add_embedded
from admin_system.knowledge_base.readers.limits import Limits
from admin_system.knowledge_base.readers.reading import Reading
from admin_system.knowledge_base.readers.tables import to_markdown

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TEXT_BOX = f"{W}txbxContent"
BLIP = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
EMBED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed"
ALTERNATIVE = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
SKIPPED = {f"{W}del", f"{W}moveFrom", f"{W}pPr", f"{W}rPr", FALLBACK}
"""What was struck out, properties, and the second form of drawings for old programs."""
SIGNS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
HEADING_STYLE = re.compile(r"(?:heading|标题)\s*(\d)", re.I)
NOTES = ("/footnotes", "/endnotes")


def read_word(data: bytes, limits: Limits) -> Reading:
    """A DOCX has no pages of its own. Raises what `check_office_xml` raises."""
    from docx import Document

    check_office_xml(data, limits)
    document = Document(BytesIO(data))
    draft = Draft("docx", limits)
    draft.title = document.core_properties.title or ""
    _Walk(draft, document).add_all(document.element.body)
    _add_notes(draft, document)
    return draft.finish()


class _Walk:
    """Goes through the body in its order; elements are lxml's."""

    def __init__(self, draft: Draft, document: Any) -> None:
        self.draft = draft
        self.part = document.part
        self.styles = {style.style_id: style for style in document.styles}

    def add_all(self, parent: Any) -> None:
        for child in parent:
            if child.tag == f"{W}p":
                self._add_paragraph(child)
            elif child.tag == f"{W}tbl":
                self._add_table(child)
            elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml"):
                self.add_all(child)

    def _add_paragraph(self, paragraph: Any) -> None:
        text = text_of(paragraph)
        level = self._level(paragraph)
        if level and text.strip():
            self.draft.add("heading", text, level=level)
        elif self._is_listed(paragraph):
            self.draft.add("list", f"- {text.strip()}" if text.strip() else "")
        else:
            self.draft.add("paragraph", text)
        self._add_pictures(paragraph)
        for element in _seen(paragraph):
            if element.tag == TEXT_BOX:
                self.add_all(element)

    def _add_table(self, table: Any) -> None:
        rows: list[list[str]] = []
        for row in table.iterchildren(f"{W}tr"):
            cells: list[str] = []
            for cell in row.iterchildren(f"{W}tc"):
                merged = cell.find(f"{W}tcPr/{W}vMerge")
                above = rows[-1][len(cells)] if rows and len(cells) < len(rows[-1]) else ""
                goes_on = merged is not None and merged.get(f"{W}val") in (None, "continue")
                span = cell.find(f"{W}tcPr/{W}gridSpan")
                width = int(span.get(f"{W}val", "1")) if span is not None else 1
                text = "\n".join(text_of(part) for part in cell.iter(f"{W}p"))
                cells += [above if goes_on else text, *[""] * (min(width, 100) - 1)]
            rows.append(cells)
        if max((len(row) for row in rows), default=0) <= 1:
            for cell in table.iter(f"{W}tc"):
                self.add_all(cell)
            return
        self.draft.add("table", to_markdown(rows))
        self._add_pictures(table)

    def _add_pictures(self, element: Any) -> None:
        alternatives = [part.get("descr") or "" for part in element.iter(ALTERNATIVE)]
        for i, blip in enumerate(part for part in _seen(element) if part.tag == BLIP):
            target = self.part.related_parts.get(blip.get(EMBED))
            if target is not None:
                add_embedded(
                    self.draft, target.blob, alternatives[i] if i < len(alternatives) else ""
                )

    def _level(self, paragraph: Any) -> int:
        """1..9 of a heading, else 0."""
        outline = paragraph.find(f"{W}pPr/{W}outlineLvl")
        if outline is not None:
            return _outline_level(outline)
        style = self._style(paragraph)
        while style is not None:
            name = HEADING_STYLE.match(style.name or "")
            if name:
                return max(1, int(name.group(1)))
            if (style.name or "") == "Title":
                return 1
            outline = style.element.find(f"{W}pPr/{W}outlineLvl")
            if outline is not None:
                return _outline_level(outline)
            style = getattr(style, "base_style", None)
        return 0

    def _is_listed(self, paragraph: Any) -> bool:
        if paragraph.find(f"{W}pPr/{W}numPr") is not None:
            return True
        style = self._style(paragraph)
        return style is not None and (style.name or "").startswith("List")

    def _style(self, paragraph: Any) -> Any:
        reference = paragraph.find(f"{W}pPr/{W}pStyle")
        return None if reference is None else self.styles.get(reference.get(f"{W}val"))


def _outline_level(outline: Any) -> int:
    value = int(outline.get(f"{W}val", "9"))
    return value + 1 if value < 9 else 0


def text_of(paragraph: Any) -> str:
    """As a reader sees it: insertions are in, deletions and text boxes are not."""
    parts = []
    for element in _seen(paragraph):
        if element.tag == f"{W}t":
            parts.append(element.text or "")
        elif element.tag in SIGNS:
            parts.append(SIGNS[element.tag])
    return "".join(parts)


def _seen(element: Any) -> Iterator[Any]:
    """What is under an element, in order, without what is skipped; text boxes are not entered."""
    for child in element:
        if child.tag in SKIPPED:
            continue
        yield child
        if child.tag != TEXT_BOX:
            yield from _seen(child)


def _add_notes(draft: Draft, document: Any) -> None:
    from docx.oxml.parser import parse_xml

    for relation in document.part.rels.values():
        if relation.reltype.endswith(NOTES) and not relation.is_external:
            for note in parse_xml(relation.target_part.blob):
                draft.add("paragraph", "\n".join(text_of(part) for part in note.iter(f"{W}p")))
