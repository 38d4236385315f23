"""The values of the miniature's world: a shape, a scene, and which scenes there are."""

from dataclasses import dataclass

from PIL import Image
from shapes import Box


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape or digit in a scene."""

    kind: str
    colour: str
    box: Box
    """Fractions 0..1 of the picture's width and height."""
    big: bool

    @property
    def row(self) -> int:
        """0 top, 1 middle, 2 bottom."""
        return min(2, int((self.box[1] + self.box[3]) / 2 * 3))

    @property
    def column(self) -> int:
        """0 left, 1 centre, 2 right."""
        return min(2, int((self.box[0] + self.box[2]) / 2 * 3))


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture and everything in it that the miniature has a name for."""

    picture: Image.Image
    shapes: tuple[Shape, ...]
    """In reading order: top to bottom by thirds, then left to right."""


@dataclass(frozen=True, slots=True)
class World:
    """What kinds of scenes are made, as shares of all."""

    negatives: float = 0.12
    """Pictures without any known shape."""
    overlapping: float = 0.2
    turned: float = 0.3
    bordered: float = 0.15
    outlined: float = 0.12
    digits: float = 0.12
    counts: tuple[int, ...] = (20, 18, 17, 14, 12, 7, 5, 4, 3)
    """How often a scene has 1, 2, ... 9 shapes."""
    areas: tuple[float, float] = (100.0, 600.0)
    """Least and most square root of a picture's area in pixels."""


PLAIN = World(negatives=0, overlapping=0, turned=0, outlined=0, counts=(20, 20, 20, 20, 10, 10))
"""One to six upright, filled shapes that keep apart."""
