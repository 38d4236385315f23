"""Splits an answer into what is said and what is shown: labels, boxes, and plain words."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Words:
    """Plain text, or a label that stands in it."""

    text: str
    label: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """One place in a picture, in the numbers of the answer: 1, 2 or 4 points."""

    points: tuple[Point, ...]
    grammar: str
    """tags, json or bare."""
    label: str = ""
    """As the JSON form names it; the other forms name it in the words in front."""


Piece = Words | Shape

REF_OPEN = ("<ref>", "<|object_ref_start|>")
REF_CLOSE = ("</ref>", "<|object_ref_end|>")
SHAPE_OPEN = ("<box>", "<quad>", "<|box_start|>", "<|quad_start|>")
SHAPE_CLOSE = ("</box>", "</quad>", "<|box_end|>", "<|quad_end|>")
TAGS = (*REF_OPEN, *REF_CLOSE, *SHAPE_OPEN, *SHAPE_CLOSE)
"""Qwen-VL 2023 writes the short ones, Qwen2-VL the long ones."""

LONGEST_LABEL = 200
NUMBER = r"[-+]?\d{1,9}(?:\.\d{1,9})?"
PAIR = re.compile(rf"[(（]\s*({NUMBER})\s*[,，]\s*({NUMBER})\s*[)）]")
UNDECIDED_PAIR = re.compile(
    r"[(（]\s*(?:[-+]?(?:\d{1,9}(?:\.\d{0,9})?\s*(?:[,，]\s*(?:[-+]?(?:\d{1,9}(?:\.\d{0,9})?\s*)?)?)?)?)?\Z"
)
COMMA = re.compile(r"\s*[,，]\s*")
UNDECIDED_COMMA = re.compile(r"\s*(?:[,，]\s*)?\Z")
SHAPE_BODY = re.compile(r"[\d\s.,，()（）+-]*")
FENCE = re.compile(r"```(?:json)?\s*(?=[\[{])", re.IGNORECASE)
UNDECIDED_FENCE = re.compile(r"`{1,2}\Z|```(?:j(?:s(?:o(?:n\s*)?)?)?|\s*)\Z", re.IGNORECASE)
FENCE_END = re.compile(r"\s*```")
UNDECIDED_FENCE_END = re.compile(r"\s*`{0,2}\Z")
JSON_OPEN = re.compile(r"\[\s*\{|\{\s*\"")
UNDECIDED_JSON_OPEN = re.compile(r"[\[{]\s*\Z")
JSON_MARK = re.compile(r'\\.|["\[\]{}]', re.DOTALL)
DEEPEST = 16
FLAT_OBJECT = re.compile(r"\{[^{}]*\}")
PLACE_KEYS = ("bbox_2d", "point_2d")
LABEL_KEYS = ("label", "name", "text_content", "text")
INTERESTING = re.compile(r"[<`\[{(（]")


def find_pieces(text: str, *, final: bool = True) -> Iterator[Piece]:
    """The pieces in order. Malformed spans are words or nothing, never an exception.

    With `final` False the pieces end where a later token could still change what follows.
    """
    place = 0
    while place < len(text):
        found = INTERESTING.search(text, place)
        if found is None:
            yield Words(text[place:])
            return
        if found.start() > place:
            yield Words(text[place : found.start()])
        place = found.start()
        reader = READERS[text[place]]
        step = reader(text, place, final)
        if step is None:
            return
        pieces, place = step
        yield from pieces


class NestedTooDeeply(ValueError):
    """Brackets deeper than any answer's."""


Step = tuple[list[Piece], int] | None
"""Pieces and the place behind them; None where it cannot be decided yet."""


def _read_tag(text: str, place: int, final: bool) -> Step:
    tag = next((tag for tag in TAGS if text.startswith(tag, place)), None)
    if tag is None:
        rest = text[place:]
        if not final and any(tag.startswith(rest) for tag in TAGS):
            return None
        return [Words("<")], place + 1
    inside = place + len(tag)
    if tag in REF_OPEN:
        return _read_label(text, inside, final)
    if tag in SHAPE_OPEN:
        return _read_shape(text, inside, final)
    return [], inside


def _read_label(text: str, inside: int, final: bool) -> Step:
    end = text.find("<", inside)
    length = (end if end >= 0 else len(text)) - inside
    if length > LONGEST_LABEL:
        return [], inside  # no label but words behind a stray tag
    if end < 0:
        return ([Words(text[inside:], label=True)], len(text)) if final else None
    for close in REF_CLOSE:
        if text.startswith(close, end):
            return [Words(text[inside:end], label=True)], end + len(close)
        if not final and close.startswith(text[end:]):
            return None
    return [], inside


def _read_shape(text: str, inside: int, final: bool) -> Step:
    body = SHAPE_BODY.match(text, inside)
    end = body.end() if body else inside
    if end == len(text) and not final:
        return None
    for close in SHAPE_CLOSE:
        if text.startswith(close, end):
            return _shape_of_pairs(text[inside:end]), end + len(close)
        if not final and close.startswith(text[end:]):
            return None
    return _shape_of_pairs(text[inside:end]), end


def _shape_of_pairs(body: str) -> list[Piece]:
    points = tuple((float(x), float(y)) for x, y in PAIR.findall(body))
    return [Shape(points, "tags")] if len(points) in (1, 2, 4) else []


def _read_pairs(text: str, place: int, final: bool) -> Step:
    """Bare `(x1,y1),(x2,y2)`, what is left of the tags where a server drops special tokens."""
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


def _read_json(text: str, place: int, final: bool) -> Step:
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
    except NestedTooDeeply:
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

    None while it stays open. Raises NestedTooDeeply where it cannot be an answer.
    """
    depth = 0
    quoted = False
    place = start
    while mark := JSON_MARK.search(text, place):
        place = mark.end()
        if mark[0].startswith("\\"):
            continue
        if mark[0] == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif mark[0] in "[{":
            depth += 1
            if depth > DEEPEST:
                raise NestedTooDeeply
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
                    shapes.append(Shape(points, "json", label=named))
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


READERS = {
    "<": _read_tag,
    "`": _read_json,
    "[": _read_json,
    "{": _read_json,
    "(": _read_pairs,
    "（": _read_pairs,
}
