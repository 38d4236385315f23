"""Random pictures of coloured shapes, and the truth about each."""

import math
import random

from backgrounds import shapeless_picture
from colours import NAMES
from painter import ScenePainter
from shapes import DIGITS, SHAPES
from world import Scene, World

ASPECTS = (1.0, 4 / 3, 3 / 4, 3 / 2, 2 / 3, 16 / 9, 9 / 16, 5 / 3, 3 / 5, 2.0, 0.5)
"""Width over height of the pictures people send most."""

LEAST_SIDE_PIXELS = 40
TRIES = 30
"""Places tried for a shape before it is left out."""

Thing = tuple[str, str]
"""Kind and colour."""


def make_scene(
    source: random.Random,
    world: World,
    size: tuple[int, int] | None = None,
    first: Thing | None = None,
) -> Scene:
    """Draw one random scene.

    Of a random size unless (width, height) is given, and with at least the first thing if named.
    """
    size = size or picture_size(source, world)
    if source.random() < world.negatives:
        return Scene(shapeless_picture(source, size), ())
    painter = ScenePainter(source, world, size)
    favourite = (source.choice(SHAPES), source.choice(NAMES)) if source.random() < 0.25 else None
    wanted = source.choices(range(1, len(world.counts) + 1), world.counts)[0]
    for number in range(wanted):
        for _ in range(TRIES):
            thing = first if first and number == 0 else choose_thing(source, world, favourite)
            if painter.add(*thing):
                break
    shapes = [shape for shape, _ in painter.placed]
    reading_order = sorted(shapes, key=lambda shape: (shape.row, shape.box[0] + shape.box[2]))
    return Scene(painter.picture(), tuple(reading_order))


def picture_size(source: random.Random, world: World) -> tuple[int, int]:
    """Width and height in pixels, from 1:3 to 3:1."""
    if source.random() < 0.6:
        aspect = source.choice(ASPECTS)
    else:
        aspect = math.exp(source.uniform(-math.log(3), math.log(3)))
    least, most = world.areas
    side = math.exp(source.uniform(math.log(least), math.log(most)))
    width, height = round(side * math.sqrt(aspect)), round(side / math.sqrt(aspect))
    return max(LEAST_SIDE_PIXELS, width), max(LEAST_SIDE_PIXELS, height)


def choose_thing(source: random.Random, world: World, favourite: Thing | None) -> Thing:
    """Kind and colour of a new shape; a scene's favourite makes twins and near twins."""
    kind = source.choice(DIGITS if source.random() < world.digits else SHAPES)
    colour = source.choice(NAMES)
    if favourite:
        kind = favourite[0] if source.random() < 0.6 else kind
        colour = favourite[1] if source.random() < 0.5 else colour
    return kind, colour
