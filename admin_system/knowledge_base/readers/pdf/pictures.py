"""Pictures of a PDF page: the page itself where it is a scan, else what is embedded in it."""

from __future__ import annotations

import logging
from typing import Any

from admin_system.knowledge_base.readers.draft import Draft
from admin_system.knowledge_base.readers.embedded import add_image, is_worth_reading, to_found

logger = logging.getLogger(__name__)

LITTLE_TEXT = 25
"""Characters: a page number, a stamp."""
SCAN_COVERS = 0.3
"""Of the page by pictures, for a page with little text to be a scan."""
BACKGROUND_COVERS = 0.85
"""A picture this large under text is paper, or the scan whose text was recognised already."""
OUTLINES = 60
"""Paths on a page without text from which on they may be letters."""
LONGEST_SIDE = 2_000
"""Pixels of a drawn page; 200 dots per inch at most."""
MOST_OBJECTS = 5_000


def add_pictures(draft: Draft, page: Any, characters: int) -> None:
    """`characters` is how many the page has as text."""
    import pypdfium2.raw as pdfium

    width, height = page.get_size()
    images, paths, covered = [], 0, 0.0
    for index, thing in enumerate(page.get_objects(max_depth=4)):
        if index >= MOST_OBJECTS:
            break
        if thing.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = thing.get_bounds()
            share = max(0.0, right - left) * max(0.0, top - bottom) / (width * height)
            covered += share
            images.append((thing, share))
        elif thing.type == pdfium.FPDF_PAGEOBJ_PATH:
            paths += 1
    if characters < LITTLE_TEXT and (
        covered >= SCAN_COVERS or (not characters and paths >= OUTLINES)
    ):
        scale = min(200 / 72, LONGEST_SIDE / max(width, height))
        image = page.render(scale=scale).to_pil().convert("RGB")
        draft.add_picture(to_found(image, "scan", draft.page_count))
        return
    for thing, share in images:
        if share < BACKGROUND_COVERS:
            _add_embedded(draft, thing)


def _add_embedded(draft: Draft, thing: Any) -> None:
    from pypdfium2 import PdfiumError

    try:
        width, height = thing.get_px_size()
        if is_worth_reading(width, height) and width * height <= draft.limits.picture_pixels:
            add_image(draft, thing.get_bitmap().to_pil().convert("RGB"))
    except PdfiumError as error:
        logger.info("a picture on page %s is left out: %s", draft.page_count, error)
