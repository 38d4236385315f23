"""Reads bare `(x1,y1),(x2,y2)`, what is left of tags where a server drops special tokens."""

from __future__ import annotations

import re

from admin_system.core.spans.pieces import Point, Shape, Step, Words

NUMBER = r"[-+]?\d{1,9}(?:\.\d{1,9})?"
PAIR = re.compile(rf"[(（]\s*({NUMBER})\s*[,，]\s*({NUMBER})\s*[)）]")
UNDECIDED_PAIR = re.compile(
    r"[(（]\s*(?:[-+]?(?:\d{1,9}(?:\.\d{0,9})?\s*(?:[,，]\s*(?:[-+]?(?:\d{1,9}(?:\.\d{0,9})?\s*)?)?)?)?)?\Z"
)
COMMA = re.compile(r"\s*[,，]\s*")
UNDECIDED_COMMA = re.compile(r"\s*(?:[,，]\s*)?\Z")


def find_points(text: str) -> tuple[Point, ...]:
    return tuple((float(x), float(y)) for x, y in PAIR.findall(text))


def read_pairs(text: str, place: int, final: bool) -> Step:
    """Two or four pairs in a row are a shape, any other number is words."""
    points: list[Point] = []
    behind = place
    while pair := PAIR.match(text, behind):
        points.append((float(pair[1]), float(pair[2])))
        end = pair.end()
        if not final and UNDECIDED_COMMA.match(text, end):
            return None
        comma = COMMA.match(text, end)
        if comma is None or text[comma.end() : comma.end() + 1] not in ("(", "（"):
            behind = end
            break
        if not final and UNDECIDED_PAIR.match(text, comma.end()):
            return None
        if not PAIR.match(text, comma.end()):
            behind = end
            break
        behind = comma.end()
    else:
        if not final and UNDECIDED_PAIR.match(text, place):
            return None
        return [Words(text[place])], place + 1
    if len(points) in (2, 4):
        return [Shape(tuple(points), "bare")], behind
    return [Words(text[place:behind])], behind
