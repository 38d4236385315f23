"""Puts the runs of a page in reading order: column by column between lines that span them."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from admin_system.knowledge_base.readers.pdf.characters import Run

Line = tuple[Run, ...]
"""Runs beside each other, from left to right."""

LEAST_LINES = 3
"""On either side, for a gap to part columns."""
MOST_CROSSING = 0.35
"""Share of a page's runs that may span the columns: titles, captions, tables."""
FILLED = 0.5
"""Of a column's width by its lines, in the median; cells of a table fill less."""
LEAST_GAP = 5.0
"""Points."""


def order_lines(runs: Sequence[Run]) -> list[list[Line]]:
    """The columns of the page in reading order, each with its lines from top to bottom.

    Where lines span two columns, what is above them is read before, in both columns.
    """
    gap = find_gap(runs)
    if gap is None:
        return [to_lines(runs)] if runs else []
    ordered: list[list[Line]] = []
    band: list[Run] = []
    for run in [*sorted(runs, key=lambda run: run.top), None]:
        if run is not None and (run.right <= gap or run.left >= gap):
            band.append(run)
            continue
        ordered += order_lines([one for one in band if one.right <= gap])
        ordered += order_lines([one for one in band if one.left >= gap])
        band = []
        if run is not None:
            if ordered and len(ordered[-1]) and _spans(ordered[-1], gap):
                ordered[-1].append((run,))
            else:
                ordered.append([(run,)])
    return ordered


def _spans(lines: list[Line], gap: float) -> bool:
    return all(line[0].left < gap < line[-1].right for line in lines)


def find_gap(runs: Sequence[Run]) -> float | None:
    """The x between two columns of prose; None where there is one column."""
    if len(runs) < 2 * LEAST_LINES:
        return None
    left, right = min(run.left for run in runs), max(run.right for run in runs)
    best: tuple[float, float] | None = None
    for edge in sorted({run.right for run in runs}):
        if not left + 0.2 * (right - left) < edge < right - 0.2 * (right - left):
            continue
        crossing = [run for run in runs if run.left < edge + 0.5 and run.right > edge + 0.5]
        if len(crossing) > MOST_CROSSING * len(runs):
            continue
        before = [run for run in runs if run.right <= edge + 0.5]
        after = [run for run in runs if run.left >= edge + 0.5]
        if min(len(before), len(after)) < LEAST_LINES:
            continue
        gap = min(run.left for run in after) - edge
        if gap >= LEAST_GAP and _is_prose(before) and _is_prose(after):
            score = gap - 100 * len(crossing) / len(runs)
            if best is None or score > best[0]:
                best = (score, edge + gap / 2)
    return None if best is None else best[1]


def _is_prose(runs: Sequence[Run]) -> bool:
    width = max(run.right for run in runs) - min(run.left for run in runs)
    # Lines of a narrow column of numbers fill it too, but are short.
    return median(run.width for run in runs) >= max(FILLED * width, 6 * runs[0].size)


def to_lines(runs: Sequence[Run]) -> list[Line]:
    lines: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: (run.top + run.bottom) / 2):
        if lines and lines[-1][0].stands_beside(run):
            lines[-1].append(run)
        else:
            lines.append([run])
    return [tuple(sorted(line, key=lambda run: run.left)) for line in lines]
