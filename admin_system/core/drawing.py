"""Draws boxes with their labels onto a copy of a picture."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from PIL import ImageDraw, ImageFont
from PIL.Image import Image

from admin_system.core.types import Box

FONT = Path(__file__).parent / "fonts" / "wqy-microhei.ttc"
"""WenQuanYi Micro Hei: Chinese, Japanese and Korean beside Latin in one font."""
COLOURS = (
    "#2b59c8",
    "#dd1b57",
    "#e7e56f",
    "#28744a",
    "#87f2fc",
    "#892504",
    "#fea9b3",
    "#70c170",
    "#6e3562",
    "#4b95e5",
    "#9b980b",
    "#c47890",
)
"""The pages' colours of labels; the thirteenth label starts over."""
WHITE, INK = "#ffffff", "#171c28"
SIDE_PER_PIXEL = 400
"""Pixels of the picture's longer side for each pixel of a line's width."""
THINNEST, THICKEST = 2, 12
LONGEST_LABEL = 60


def draw_boxes(image: Image, boxes: Sequence[Box]) -> Image:
    """Each label has one colour; the tag stands above its box, inside it at the upper edge.

    Every line lies between a light and a dark one, so that it shows on any ground.
    """
    drawn = image.convert("RGB") if image.mode != "RGB" else image.copy()
    draw = ImageDraw.Draw(drawn)
    width = min(THICKEST, max(THINNEST, round(max(image.size) / SIDE_PER_PIXEL)))
    colours = colour_labels(boxes)
    for box in boxes:
        _draw_frame(draw, box, colours[box.label], width)
    for box in boxes:
        if box.label:
            _draw_tag(draw, image.size, box, colours[box.label], width)
    return drawn


def colour_labels(boxes: Sequence[Box]) -> dict[str, str]:
    """In the order in which the labels first appear."""
    labels = dict.fromkeys(box.label for box in boxes)
    return {label: COLOURS[number % len(COLOURS)] for number, label in enumerate(labels)}


def _draw_frame(draw: ImageDraw.ImageDraw, box: Box, colour: str, width: int) -> None:
    """The outer edge of the line is the edge of the box: its last pixel is x2 - 1, y2 - 1."""
    left, top, right, bottom = box.x1, box.y1, box.x2 - 1, box.y2 - 1
    draw.rectangle((left - 1, top - 1, right + 1, bottom + 1), outline=WHITE)
    draw.rectangle((left, top, right, bottom), outline=colour, width=width)
    if right - left > 2 * width and bottom - top > 2 * width:
        inner = (left + width, top + width, right - width, bottom - width)
        draw.rectangle(inner, outline=INK)


def _draw_tag(
    draw: ImageDraw.ImageDraw, size: tuple[int, int], box: Box, colour: str, width: int
) -> None:
    """Kept inside the picture, and in letters that fit its width."""
    text = " ".join(box.label.split())[:LONGEST_LABEL]
    height = max(12, min(round(max(size) / 45), 64))
    font = find_font(height)
    pad = max(2, height // 4)
    while height > 8 and draw.textlength(text, font) + 2 * pad > size[0]:
        height -= 1
        font = find_font(height)
    across = round(draw.textlength(text, font)) + 2 * pad
    down = height + 2 * pad
    left = max(0, min(box.x1, size[0] - across))
    top = box.y1 - down if box.y1 >= down else min(box.y1, max(0, size[1] - down))
    draw.rectangle((left, top, left + across - 1, top + down - 1), fill=colour, outline=WHITE)
    place = (left + pad, top + down // 2)
    draw.text(place, text, fill=contrast_of(colour), font=font, anchor="lm")


def contrast_of(colour: str) -> str:
    """White or ink, whichever reads better on it (relative luminance as in WCAG 2)."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return WHITE if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.0613 else INK


@lru_cache(maxsize=16)
def find_font(height: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), height)
