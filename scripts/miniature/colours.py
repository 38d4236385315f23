"""The eight named colours of the miniature's world, as people really mix them."""

import random

import numpy as np

Rgb = tuple[int, int, int]

COLOURS: dict[str, tuple[Rgb, ...]] = {
    "red": ((220, 40, 40), (255, 0, 0), (210, 40, 40), (237, 28, 36), (192, 0, 0)),
    "orange": ((245, 140, 30), (255, 165, 0), (255, 127, 39), (237, 125, 49)),
    "yellow": ((240, 220, 40), (255, 255, 0), (255, 242, 0), (250, 230, 60)),
    "green": ((45, 165, 70), (0, 255, 0), (0, 128, 0), (34, 177, 76), (112, 173, 71)),
    "blue": ((40, 90, 220), (0, 0, 255), (63, 72, 204), (0, 112, 192), (30, 144, 255)),
    "purple": ((140, 60, 190), (128, 0, 128), (163, 73, 164), (112, 48, 160)),
    "black": ((25, 25, 25), (0, 0, 0)),
    "white": ((250, 250, 250), (255, 255, 255)),
}
"""Anchors of each colour, 0..255: plain ones, those of web pages, paint programs and slides."""

NAMES = tuple(COLOURS)
JITTER = 12
"""How far each channel may stray from its anchor."""

VISIBLE_CONTRAST = 150
"""Smallest sum of channel differences at which a shape is taken to stand out from its ground."""


def mix(source: random.Random, name: str) -> Rgb:
    """One shade of a named colour."""
    red, green, blue = source.choice(COLOURS[name])
    return stray(source, red), stray(source, green), stray(source, blue)


def stray(source: random.Random, channel: int) -> int:
    """A channel value moved by at most JITTER, kept in 0..255."""
    return min(255, max(0, channel + source.randint(-JITTER, JITTER)))


def stands_out(shade: Rgb, ground: np.ndarray) -> bool:
    """Whether a shade can be told from a ground colour (3,)."""
    return float(np.abs(np.array(shade) - ground).sum()) > VISIBLE_CONTRAST
