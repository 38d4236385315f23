"""PDF: pages with their text in reading order, and pictures of those that have none."""

from __future__ import annotations

import re
from typing import Any

from admin_system.knowledge_base.errors import DamagedDocument, DocumentTooLarge, LockedDocument
from admin_system.knowledge_base.readers.draft import Draft
from admin_system.knowledge_base.readers.limits import Limits
from admin_system.knowledge_base.readers.pdf.characters import read_runs
from admin_system.knowledge_base.readers.pdf.columns import Line, order_lines
from admin_system.knowledge_base.readers.pdf.margins import drop_running_lines
from admin_system.knowledge_base.readers.pdf.paragraphs import Paragraphs, find_type
from admin_system.knowledge_base.readers.pdf.pictures import add_pictures
from admin_system.knowledge_base.readers.reading import Reading

TAIL = 4_096
"""Bytes at the end of a file in which its end mark stands (ISO 32000-1, 7.5.5; programs append
a little)."""
NO_TITLE = re.compile(r"^(untitled|无标题|Microsoft (?:Word|PowerPoint) - )", re.I)
"""What programs write where the author gave none."""


def read_pdf(data: bytes, limits: Limits) -> Reading:
    """Raises DamagedDocument, LockedDocument, DocumentTooLarge."""
    import pypdfium2

    if b"%%EOF" not in data[-TAIL:]:
        raise DamagedDocument("document_truncated")
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise LockedDocument("document_password") from error
        raise DamagedDocument("document_damaged", format="PDF") from error
    with document:
        if len(document) > limits.pages:
            raise DocumentTooLarge("document_too_many_pages", limit=limits.pages)
        draft = Draft("pdf", limits, "page")
        draft.title = NO_TITLE.sub("", document.get_metadata_value("Title"))
        pages = drop_running_lines(_read_pages(document))
        paragraphs = Paragraphs(draft, find_type([column for page in pages for column in page]))
        for page, columns in zip(document, pages, strict=True):
            draft.turn_page()
            paragraphs.add_page(columns)
            characters = sum(len(run.text) for column in columns for line in column for run in line)
            add_pictures(draft, page, characters)
            page.close()
    return draft.finish()


def _read_pages(document: Any) -> list[list[list[Line]]]:
    pages = []
    for page in document:
        text_page = page.get_textpage()
        pages.append(order_lines(read_runs(page, text_page)))
        text_page.close()
        page.close()
    return pages
