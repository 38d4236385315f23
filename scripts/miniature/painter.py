"""Places shapes in one picture and paints them."""

import math
import random

from backgrounds import ground
from colours import Rgb, mix, stands_out
from PIL import Image, ImageDraw
from shapes import (
    DIGITS,
    Box,
    Brush,
    Point,
    bounds,
    digit_size,
    draw_digit,
    draw_shape,
    turn_of,
    turned_outline,
)
from world import Shape, World

SMALL_LIMIT, BIG_LIMIT = 0.27, 0.33
"""Shape side over the square root of the picture's area: small lies below, big above."""

LEAST_SIDE, MOST_SIDE = 0.15, 0.75
"""Shape side over the picture's short side."""

BAND_MARGIN = 0.022
"""No middle of a shape lies nearer than this to the thirds that divide left, centre and right."""

SMOOTH_LIMIT = 700
"""Pictures with a longer side are painted without smoothing, which resizing gives them anyway."""


class ScenePainter:
    """One picture in the making."""

    def __init__(self, source: random.Random, world: World, size: tuple[int, int]) -> None:
        self.source = source
        self.world = world
        self.size = size
        self.short, self.root = min(size), math.sqrt(size[0] * size[1])
        self.overlapping = source.random() < world.overlapping
        smooth = max(size) <= SMOOTH_LIMIT and source.random() < 0.5
        self.scale = 2 if smooth else 1
        """Canvas pixels a picture pixel."""
        self.canvas_picture, self.tone = ground(
            source, (size[0] * self.scale, size[1] * self.scale)
        )
        self.canvas = ImageDraw.Draw(self.canvas_picture)
        self.placed: list[tuple[Shape, Box]] = []
        """Each shape with its box in picture pixels."""

    def picture(self) -> Image.Image:
        """The picture at its own size."""
        return self.canvas_picture.reduce(self.scale) if self.scale > 1 else self.canvas_picture

    def add(self, kind: str, colour: str) -> bool:
        """Try to place and paint one more shape; False where no room or contrast was found."""
        shade = mix(self.source, colour)
        if not stands_out(shade, self.tone):
            return False
        side = self.shape_side()
        stretch = math.exp(self.source.uniform(-0.1, 0.1))
        width, height, outline = self.measure(kind, side * stretch, side / stretch)
        box = self.find_place(width / self.scale, height / self.scale)
        if box is None or not self.has_room(box, colour):
            return False
        left, top, right, bottom = (edge * self.scale for edge in box)
        if kind in DIGITS:
            height = side / stretch * self.scale
            draw_digit(self.canvas, kind, (left, top, right, bottom), height, shade)
        else:
            brush = self.choose_brush(kind, colour, shade, side)
            draw_shape(self.canvas, kind, (left, top, right, bottom), outline, brush)
        self.placed.append(
            (Shape(kind, colour, self.fractions(box), side / self.root >= BIG_LIMIT), box)
        )
        return True

    def shape_side(self) -> float:
        """Side in pixels; crowded pictures get smaller shapes."""
        crowd = 1 + 0.15 * len(self.placed)
        least, most = math.log(LEAST_SIDE), math.log(max(0.2, MOST_SIDE / crowd))
        while True:
            side = self.short * math.exp(self.source.uniform(least, most))
            if not SMALL_LIMIT < side / self.root < BIG_LIMIT:
                return side

    def measure(self, kind: str, width: float, height: float) -> tuple[float, float, list[Point]]:
        """Width, height and outline in canvas pixels of a shape of that size in the picture."""
        width, height = width * self.scale, height * self.scale
        if kind in DIGITS:
            return *digit_size(kind, height), []
        if kind in ("circle", "ring"):
            return round(width), round(height), []
        turn = turn_of(self.source, kind, self.world.turned)
        outline = turned_outline(kind, width, height, turn)
        _, _, right, bottom = bounds(outline)
        return right, bottom, outline

    def find_place(self, width: float, height: float) -> Box | None:
        """A box of picture pixels for a shape, clear of the lines between the thirds."""
        spare = self.size[0] - width - 1, self.size[1] - height - 1
        if min(spare) < 1:
            return None
        left, top = (float(round(self.source.uniform(1, room))) for room in spare)
        box = (left, top, left + width, top + height)
        x1, y1, x2, y2 = self.fractions(box)
        middles = ((x1 + x2) / 2, (y1 + y2) / 2)
        if any(abs(middle - third) < BAND_MARGIN for middle in middles for third in (1 / 3, 2 / 3)):
            return None
        return box

    def has_room(self, box: Box, colour: str) -> bool:
        """Whether a box keeps clear of the others, or may hide a part of another colour's shape."""
        gap = 0.01 * self.short
        for other, (left, top, right, bottom) in self.placed:
            across = min(box[2], right) - max(box[0], left)
            down = min(box[3], bottom) - max(box[1], top)
            if across < -gap or down < -gap:
                continue
            smaller = min((box[2] - box[0]) * (box[3] - box[1]), (right - left) * (bottom - top))
            hidden = max(0.0, across) * max(0.0, down) / smaller
            if not self.overlapping or other.colour == colour or hidden > 0.3:
                return False
        return True

    def choose_brush(self, kind: str, colour: str, shade: Rgb, side: float) -> Brush:
        """Filled, filled with a dark border, or, if the shape is large, an outline alone."""
        choice = self.source.random()
        if kind == "ring":
            return Brush(shade, None, 0)
        if choice < self.world.outlined and side / self.root >= BIG_LIMIT:
            width = max(self.root * 0.014, side * self.source.uniform(0.03, 0.07)) * self.scale
            return Brush(None, shade, max(1, round(width)))
        if choice > 1 - self.world.bordered and colour != "black":
            edge = self.source.choice([(60, 60, 60), (0, 0, 0)])
            width = self.root * self.source.uniform(0.005, 0.012) * self.scale
            return Brush(shade, edge, max(1, round(width)))
        return Brush(shade, None, 0)

    def fractions(self, box: Box) -> Box:
        """A box of picture pixels as fractions of the picture's sides."""
        width, height = self.size
        return box[0] / width, box[1] / height, box[2] / width, box[3] / height
