"""Boxes in an answer, whatever its grammar, as pixels of the picture that was sent."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from admin_system.core.spans.pieces import Point, Shape, Words
from admin_system.core.spans.scanner import find_pieces
from admin_system.core.spans.tags import TAGS
from admin_system.core.types import Box

GROUNDING_TOKENS = frozenset(TAGS)
"""Special tokens in some vocabularies that are part of what a model says."""

CHINESE = re.compile(r"[\u3400-\u9fff]")
END_OF_SENTENCE = re.compile(r"[\n。！？!?;；:：]")
AROUND_LABEL = " \t,，、.-*•"
GRAMMARS = ("tags", "json", "bare")

ToPixels = Callable[[Point], Point]
"""From the numbers of an answer to exact pixels of the picture as sent."""


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled shape in the numbers of the answer."""

    label: str
    points: tuple[Point, ...]


def find_spans(text: str) -> tuple[Span, ...]:
    """Of the tags; where there are none, of JSON; where there is none either, of bare numbers.

    A label belongs to every shape directly behind it.
    """
    found: dict[str, list[Span]] = {grammar: [] for grammar in GRAMMARS}
    label = words = ""
    for piece in find_pieces(text):
        if isinstance(piece, Words):
            if piece.label:
                label, words = piece.text, ""
            else:
                words += piece.text
                label = "" if piece.text.strip(AROUND_LABEL + "\n") else label
        elif piece.grammar == "json":
            found["json"].append(Span(piece.label.strip(), piece.points))
        else:
            if piece.grammar == "bare" and not label:
                label = _label_in(words)
            found[piece.grammar].append(Span(label.strip(), piece.points))
            words = ""
    return next((tuple(found[grammar]) for grammar in GRAMMARS if found[grammar]), ())


def _label_in(words: str) -> str:
    """The words since the last sentence ended."""
    return END_OF_SENTENCE.split(words)[-1].strip(AROUND_LABEL)[-80:]


def clean_words(text: str, *, final: bool = True) -> str:
    """The answer without its shapes, labels kept and kept apart.

    With `final` False the result for a text is a beginning of the result for any longer one.
    """
    parts: list[str] = []
    last_label: str | None = None
    shown = False
    for piece in find_pieces(text, final=final):
        label = piece.label if isinstance(piece, Shape) else piece.text if piece.label else ""
        if label:
            if shown and last_label is not None:
                if isinstance(piece, Shape) and label == last_label:
                    continue
                parts.append("、" if CHINESE.search(last_label) else ", ")
            parts.append(label)
            last_label, shown = label, isinstance(piece, Shape)
        elif isinstance(piece, Words):
            parts.append(piece.text)
            if piece.text:
                last_label, shown = None, False
        else:
            shown = True
    return "".join(parts)


def from_thousandths(width: int, height: int) -> ToPixels:
    """0..1000 over each side of the picture."""
    return lambda point: (point[0] * width / 1000, point[1] * height / 1000)


def from_shown_pixels(width: int, height: int, shown: tuple[int, int]) -> ToPixels:
    """Pixels of the size at which the model saw the picture."""
    return lambda point: (point[0] * width / shown[0], point[1] * height / shown[1])


def find_boxes(
    text: str, width: int, height: int, to_pixels: ToPixels, image: int
) -> tuple[Box, ...]:
    """`width` and `height` are those of the picture as sent, `image` is its number."""
    boxes = (
        box_around(span.label, map(to_pixels, span.points), width, height, image)
        for span in find_spans(text)
    )
    return tuple(box for box in boxes if box is not None)


def box_around(
    label: str, points: Iterable[Point], width: int, height: int, image: int
) -> Box | None:
    """The least box of whole pixels, to the nearest, that holds the points inside the picture.

    None where nothing of it lies there. One point is the pixel it lies in.
    """
    xs, ys = zip(*points, strict=True)
    if len(xs) == 1:
        if not (0 <= xs[0] <= width and 0 <= ys[0] <= height):
            return None
        x, y = min(math.floor(xs[0]), width - 1), min(math.floor(ys[0]), height - 1)
        return Box(label, x, y, x + 1, y + 1, image)
    across = _whole_pixels(min(xs), max(xs), width)
    down = _whole_pixels(min(ys), max(ys), height)
    if across is None or down is None:
        return None
    return Box(label, across[0], down[0], across[1], down[1], image)


def _whole_pixels(least: float, most: float, size: int) -> tuple[int, int] | None:
    """Clipped to 0..size; at least one pixel of what is not empty."""
    least, most = max(least, 0.0), min(most, float(size))
    if least >= most:
        return None
    start, end = math.floor(least + 0.5), math.floor(most + 0.5)
    if start < end:
        return start, end
    start = min(math.floor(least), size - 1)
    return start, start + 1
