"""Finds the running heads and page numbers of a PDF, which are no part of its text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from admin_system.knowledge_base.readers.pdf.columns import Line

PAGE_NUMBER = re.compile(
    r"[-–—·\s]*(?:第\s*)?(?:page\s*)?(?:\d{1,4}|[ivxl]{1,6})(?:\s*页)?"
    r"(?:\s*(?:/|of|共)\s*(?:共\s*)?\d{1,4}(?:\s*页)?)?[-–—·\s]*",
    re.I,
)
LEAST_PAGES = 3
SHARE = 0.08
"""Of the pages, that repeat a line at their edge: heads may name the chapter."""

Page = list[list[Line]]


def drop_running_lines(pages: Sequence[Page]) -> list[Page]:
    """Pages without lines at their very top or bottom that recur, or are the page's number."""
    seen = Counter(key for page in pages for key in {_key(line) for line in _edges(page)})
    running = {key for key, count in seen.items() if count >= max(LEAST_PAGES, SHARE * len(pages))}

    def stays(line: Line, edges: list[Line]) -> bool:
        if line not in edges:
            return True
        return _key(line) not in running and not PAGE_NUMBER.fullmatch(_text(line).strip())

    return [
        [[line for line in column if stays(line, _edges(page))] for column in page]
        for page in pages
    ]


def _edges(page: Page) -> list[Line]:
    lines = sorted((line for column in page for line in column), key=lambda line: line[0].top)
    return [lines[0], lines[-1]] if len(lines) > 1 else []


def _key(line: Line) -> str:
    return re.sub(r"\d+", "#", _text(line))


def _text(line: Line) -> str:
    return " ".join(run.text for run in line)
