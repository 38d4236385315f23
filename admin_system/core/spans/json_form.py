"""Reads lists and objects with `bbox_2d` and `point_2d`, fenced or not, whole or cut off."""

from __future__ import annotations

import json
import math
import re

from admin_system.core.spans.pieces import Piece, Point, Shape, Step, Words

FENCE = re.compile(r"```(?:json)?\s*(?=[\[{])", re.IGNORECASE)
UNDECIDED_FENCE = re.compile(r"`{1,2}\Z|```(?:j(?:s(?:o(?:n\s*)?)?)?|\s*)\Z", re.IGNORECASE)
FENCE_END = re.compile(r"\s*```")
UNDECIDED_FENCE_END = re.compile(r"\s*`{0,2}\Z")
JSON_OPEN = re.compile(r"\[\s*\{|\{\s*\"")
UNDECIDED_JSON_OPEN = re.compile(r"[\[{]\s*\Z")
JSON_MARK = re.compile(r'\\.|["\[\]{}]', re.DOTALL)
DEEPEST = 8
FLAT_OBJECT = re.compile(r"\{[^{}]*\}")
PLACE_KEYS = ("bbox_2d", "point_2d")
LABEL_KEYS = ("label", "name", "text_content", "text")


class NotJson(ValueError):
    """Brackets that hold no answer: nested too deeply, or a backslash outside of a string."""


def read_json(text: str, place: int, final: bool) -> Step:
    """A list or object, fenced or not; it is words where it shows nothing."""
    start = place
    fence = None
    if text[place] == "`":
        fence = FENCE.match(text, place)
        if fence is None:
            if not final and UNDECIDED_FENCE.match(text, place):
                return None
            return [Words("`")], place + 1
        start = fence.end()
    if not JSON_OPEN.match(text, start):
        if not final and UNDECIDED_JSON_OPEN.match(text, start):
            return None
        return [Words(text[place : start + 1])], start + 1
    try:
        end = _end_of_json(text, start)
    except NotJson:
        return [Words(text[place : start + 1])], start + 1
    if end is None:
        if not final:
            return None
        shapes = _shapes_of_json(text[start:])
        return (shapes, len(text)) if shapes else ([Words(text[place])], place + 1)
    if fence is not None:
        closing = FENCE_END.match(text, end)
        if closing is None and not final and UNDECIDED_FENCE_END.match(text, end):
            return None
        end = closing.end() if closing else end
    shapes = _shapes_of_json(text[start:end])
    return (shapes or [Words(text[place:end])]), end


def _end_of_json(text: str, start: int) -> int | None:
    """The place behind the bracket that closes the one at `start`.

    None while it stays open. Raises NotJson.
    """
    depth = 0
    quoted = False
    place = start
    while mark := JSON_MARK.search(text, place):
        place = mark.end()
        if mark[0][0] == "\\":
            if not quoted:
                raise NotJson
            continue
        if mark[0] == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif mark[0] in "[{":
            depth += 1
            if depth > DEEPEST:
                raise NotJson
        else:
            depth -= 1
            if depth == 0:
                return place
    return None


def _shapes_of_json(text: str) -> list[Piece]:
    """One shape for each place of each complete element; a cut-off last one is left out."""
    shapes: list[Piece] = []
    for element in FLAT_OBJECT.findall(text):
        try:
            fields = json.loads(element)
        except (ValueError, RecursionError):
            continue
        if not isinstance(fields, dict):
            continue
        named = next((fields[key] for key in LABEL_KEYS if isinstance(fields.get(key), str)), "")
        for key in PLACE_KEYS:
            places = fields.get(key)
            if not isinstance(places, list):
                continue
            for numbers in places if places and isinstance(places[0], list) else [places]:
                points = _points_of_numbers(numbers)
                if points:
                    shapes.append(Shape(points, "json", label=with_whole_characters(named)))
    return shapes


def _points_of_numbers(numbers: object) -> tuple[Point, ...]:
    if not isinstance(numbers, list) or len(numbers) not in (2, 4, 8):
        return ()
    values = []
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, int | float):
            return ()
        if not (math.isfinite(number) and abs(number) < 1e9):
            return ()
        values.append(float(number))
    return tuple(zip(values[::2], values[1::2], strict=True))


def with_whole_characters(text: str) -> str:
    r"""U+FFFD for each half of a character (`\ud83d`), which no UTF-8 could carry."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
