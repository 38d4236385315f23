"""The text of a PDF page as PDFium finds it: runs of characters with their place and size."""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass, replace
from typing import Any

COLUMN_GAP = 1.5
"""Widths of a Chinese character (ems) between two runs of one line that stand apart."""
BOLD = 600


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that stand in one line without a wide gap.

    Points (1/72 inch); x to the right, y **down** from the top of the page as it is shown.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    """Of the font of its first letters, in points on the page."""
    bold: bool = False

    @property
    def width(self) -> float:
        return self.right - self.left

    def stands_beside(self, other: Run) -> bool:
        """In one line: they share more than half of the lower one's height."""
        shared = min(self.bottom, other.bottom) - max(self.top, other.top)
        return shared > 0.5 * min(self.bottom - self.top, other.bottom - other.top)


def read_runs(page: Any, text_page: Any) -> list[Run]:
    """In the order of the page's content stream."""
    import pypdfium2.raw as pdfium

    turn, width, height = page.get_rotation(), page.get_width(), page.get_height()
    left, bottom, *_ = page.get_bbox()
    runs: list[Run] = []
    box = pdfium.FS_RECTF()
    for index in range(pdfium.FPDFText_CountChars(text_page)):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        if code in (10, 13):
            runs.append(Run("", 0, 0, 0, 0, 0))
            continue
        character = chr(code) if code else ""
        if not character or not pdfium.FPDFText_GetLooseCharBox(
            text_page, index, ctypes.byref(box)
        ):
            continue
        run = _upright(
            character,
            turn,
            width,
            height,
            (box.left - left, box.bottom - bottom, box.right - left, box.top - bottom),
        )
        if runs and (character.isspace() or _goes_on(runs[-1], run)):
            if len(runs[-1].text.strip()) == 1 and not character.isspace():
                # A bullet or an initial letter says little about the size of its line.
                runs[-1] = replace(runs[-1], size=_font_size(text_page, index))
            runs[-1] = _joined(runs[-1], run)
        elif not character.isspace():
            bold = pdfium.FPDFText_GetFontWeight(text_page, index) >= BOLD
            runs.append(replace(run, bold=bold, size=_font_size(text_page, index)))
    return [replace(run, text=run.text.strip()) for run in runs if run.text.strip()]


def _font_size(text_page: Any, index: int) -> float:
    """Boxes of characters differ from font to font; what the page asked for does not."""
    import pypdfium2.raw as pdfium

    matrix = pdfium.FS_MATRIX()
    scale = 1.0
    if pdfium.FPDFText_GetMatrix(text_page, index, ctypes.byref(matrix)):
        scale = math.hypot(matrix.c, matrix.d)
    return float(pdfium.FPDFText_GetFontSize(text_page, index)) * scale or 1.0


def _upright(
    character: str, turn: int, width: float, height: float, box: tuple[float, float, float, float]
) -> Run:
    """A box of the page's own coordinates (y up) as shown; width and height are as shown."""
    left, bottom, right, top = box
    if turn == 90:
        place = (bottom, left, top, right)
    elif turn == 180:
        place = (width - right, bottom, width - left, top)
    elif turn == 270:
        place = (width - top, height - right, width - bottom, height - left)
    else:
        place = (left, height - top, right, height - bottom)
    return Run(character, *place, size=place[3] - place[1])


def _goes_on(run: Run, character: Run) -> bool:
    if not run.text:
        return False
    gap = character.left - run.right
    return run.stands_beside(character) and -run.size < gap < COLUMN_GAP * run.size


def _joined(run: Run, character: Run) -> Run:
    if character.text.isspace():
        # Made up by PDFium between words: it has no place of its own.
        return replace(run, text=f"{run.text} ") if run.text else run
    return replace(
        run,
        text=run.text + character.text,
        right=max(run.right, character.right),
        top=min(run.top, character.top),
        bottom=max(run.bottom, character.bottom),
    )
