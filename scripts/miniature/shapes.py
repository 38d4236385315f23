"""The outlines of the eight shapes and ten digits, and how they are drawn with a brush."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from colours import Rgb
from PIL import ImageDraw, ImageFont

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 with the origin at the upper left corner."""

SHAPES = ("circle", "square", "triangle", "star", "diamond", "cross", "heart", "ring")
DIGITS = tuple("0123456789")
KINDS = SHAPES + DIGITS

TURNS = {"square": 20.0, "diamond": 20.0, "cross": 20.0, "triangle": 180.0, "star": 180.0}
"""Degrees by which a kind may be turned before it would be called something else."""
TURNS["heart"] = 60.0

RING_BAND = 0.2
"""Width of a ring's band as a share of its width; outlined circles are far thinner."""

FONT_EXCESS = 1.36
"""Font size over the height of a digit in Pillow's built-in font."""


@dataclass(frozen=True, slots=True)
class Brush:
    """How one shape is painted."""

    fill: Rgb | None
    """None paints the outline alone."""
    edge: Rgb | None
    edge_width: int
    """Pixels; 0 for no edge."""


def unit_outline(kind: str) -> list[Point]:
    """The corners of a kind in a unit square, y downwards."""
    if kind == "square":
        return [(0, 0), (1, 0), (1, 1), (0, 1)]
    if kind == "triangle":
        return [(0.5, 0), (1, 1), (0, 1)]
    if kind == "diamond":
        return [(0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5)]
    if kind == "cross":
        near, far = 0.33, 0.67
        corners = [(near, 0), (far, 0), (far, near), (1, near), (1, far), (far, far)]
        return [*corners, (far, 1), (near, 1), (near, far), (0, far), (0, near), (near, near)]
    if kind == "star":
        return stretch([star_corner(number) for number in range(10)])
    if kind == "heart":
        return stretch([heart_point(2 * math.pi * number / 40) for number in range(40)])
    raise ValueError(f"{kind!r} has no corners")


def star_corner(number: int) -> Point:
    """Corner 0..9 of a five-pointed star, points and dents by turns."""
    radius = 0.5 if number % 2 == 0 else 0.2
    angle = -math.pi / 2 + number * math.pi / 5
    return radius * math.cos(angle), radius * math.sin(angle)


def heart_point(angle: float) -> Point:
    """The heart curve of Wolfram MathWorld (equation 10), y downwards."""
    x = 16 * math.sin(angle) ** 3
    y = 13 * math.cos(angle) - 5 * math.cos(2 * angle)
    return x, -(y - 2 * math.cos(3 * angle) - math.cos(4 * angle))


def stretch(points: Sequence[Point]) -> list[Point]:
    """Points scaled so that their bounds are the unit square."""
    left, top, right, bottom = bounds(points)
    return [((x - left) / (right - left), (y - top) / (bottom - top)) for x, y in points]


def bounds(points: Sequence[Point]) -> Box:
    """The box around points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def turned_outline(kind: str, width: float, height: float, degrees: float) -> list[Point]:
    """Corners of a kind of the given size, turned about its middle, upper left bound at (0, 0)."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    centred = [((x - 0.5) * width, (y - 0.5) * height) for x, y in unit_outline(kind)]
    turned = [(x * cosine - y * sine, x * sine + y * cosine) for x, y in centred]
    left, top, _, _ = bounds(turned)
    return [(x - left, y - top) for x, y in turned]


@lru_cache(maxsize=256)
def font(size: int) -> ImageFont.FreeTypeFont:
    """Pillow's built-in font; the only one, so that scenes are the same on every machine."""
    found = ImageFont.load_default(size)
    if not isinstance(found, ImageFont.FreeTypeFont):
        raise TypeError("Pillow was built without FreeType, digits cannot be drawn")
    return found


def ink_of(digit: str, size: int) -> Box:
    """Where a digit's ink lies relative to the point it is written at, in pixels."""
    mask, (x, y) = font(size).getmask2(digit)
    left, top, right, bottom = mask.getbbox() or (0, 0, 0, 0)
    return x + left, y + top, x + right, y + bottom


def digit_size(digit: str, height: float) -> tuple[float, float]:
    """Width and height in pixels of the ink of a digit of about the given height."""
    left, top, right, bottom = ink_of(digit, round(height * FONT_EXCESS))
    return right - left, bottom - top


def draw_digit(canvas: ImageDraw.ImageDraw, digit: str, box: Box, height: float, ink: Rgb) -> None:
    """Write a digit so that its ink fills the box that `digit_size` gave for this height."""
    size = round(height * FONT_EXCESS)
    left, top, _, _ = ink_of(digit, size)
    canvas.text((box[0] - left, box[1] - top), digit, fill=ink, font=font(size))


def draw_shape(
    canvas: ImageDraw.ImageDraw, kind: str, box: Box, outline: Sequence[Point], brush: Brush
) -> None:
    """Paint a shape into a box of canvas pixels; `outline` is empty for circles and rings."""
    left, top, right, bottom = box
    inclusive = (left, top, right - 1, bottom - 1)  # Pillow paints the last row and column too
    if kind == "ring":
        band = max(2, round((right - left) * RING_BAND))
        canvas.ellipse(inclusive, outline=brush.fill, width=band)
    elif kind == "circle":
        canvas.ellipse(inclusive, fill=brush.fill, outline=brush.edge, width=brush.edge_width)
    else:
        shrink_x = (right - left - 1) / max(1.0, right - left)
        shrink_y = (bottom - top - 1) / max(1.0, bottom - top)
        corners = [(left + x * shrink_x, top + y * shrink_y) for x, y in outline]
        canvas.polygon(corners, fill=brush.fill, outline=brush.edge, width=brush.edge_width)


def turn_of(source: random.Random, kind: str, share: float) -> float:
    """Degrees to turn a new shape by; most stand upright."""
    limit = TURNS.get(kind, 0.0)
    return source.uniform(-limit, limit) if source.random() < share else 0.0
