"""The questions of an evaluation: held-out scenes, and what surrounds them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from answering import Inquiry
from backgrounds import shapeless_picture
from colours import mix
from dialogues import LANGUAGES, TASKS, Asker, box_text
from languages import SLOT, Exchange
from PIL import Image, ImageDraw
from scenes import make_scene
from shapes import Box
from world import PLAIN, Scene, Shape, World

WIDE = World(negatives=0)
ASPECT_SIZES = {
    "1:1": (320, 320),
    "3:5": (300, 500),
    "16:9": (1600, 900),
    "9:16": (900, 1600),
    "3:1": (900, 300),
}
CIRCLE_SIZES = ((320, 320), (300, 500), (1600, 900), (900, 1600), (640, 480), (3000, 2000))
CIRCLE_QUESTION = "框出红色圆形"


@dataclass(frozen=True, slots=True)
class Item:
    """A question with its right answer, and the names under which it counts."""

    inquiry: Inquiry
    exchange: Exchange
    language: str
    aspect: str
    """Empty where the picture's shape is not looked at."""


def scene_items(
    source: random.Random, world: World, count: int, size: tuple[int, int] | None, aspect: str
) -> Iterator[Item]:
    """Every task once in each language on each scene."""
    for _ in range(count):
        scene = make_scene(source, world, size)
        for task, _ in TASKS:
            for language in LANGUAGES:
                exchange = without_slots(task(Asker(source, language), scene.shapes))
                yield Item(
                    Inquiry(exchange.question, (scene.picture,)), exchange, language.code, aspect
                )


def pair_items(source: random.Random, world: World, count: int) -> Iterator[Item]:
    """Questions about two pictures."""
    for _ in range(count):
        scenes = make_scene(source, world), make_scene(source, world)
        pictures = (scenes[0].picture, scenes[1].picture)
        for language in LANGUAGES:
            asker = Asker(source, language)
            exchange = without_slots(asker.compare(scenes[0].shapes, scenes[1].shapes))
            pair = replace(exchange, task="two pictures")
            yield Item(Inquiry(pair.question, pictures), pair, "", "")


def burdened_items(source: random.Random, world: World, count: int) -> Iterator[Item]:
    """Questions behind a system prompt, with passages, or after another question."""
    for _ in range(count):
        scene = make_scene(source, world)
        for language in LANGUAGES:
            asker = Asker(source, language)
            asked = without_slots(asker.position(scene.shapes))
            before = without_slots(asker.describe(scene.shapes))
            told = without_slots(asker.with_passages(asked))
            picture, system = (scene.picture,), asker.system_prompt()
            history = ((before.question, before.answer),)
            for name, inquiry in (
                ("behind a system prompt", Inquiry(asked.question, picture, system=system)),
                ("with passages", Inquiry(told.question, picture)),
                ("as a second question", Inquiry(asked.question, picture, history)),
            ):
                yield Item(inquiry, replace(asked, task=name), "", "")


def honesty_items(source: random.Random, count: int) -> Iterator[Item]:
    """Pictures without shapes, foreign questions and greetings."""
    for place in range(count):
        language = LANGUAGES[place % 2]
        asker = Asker(source, language)
        picture = shapeless_picture(source, (source.randint(200, 900), source.randint(200, 900)))
        for task in (Asker.describe, Asker.detect):
            asked = without_slots(task(asker, ()))
            named = replace(asked, task="honest on shapeless pictures")
            yield Item(Inquiry(asked.question, (picture,)), named, "", "")
        for exchange in map(without_slots, (asker.foreign(), asker.greet())):
            yield Item(Inquiry(exchange.question), exchange, "", "")


def circle_items(source: random.Random, count: int) -> Iterator[Item]:
    """One red circle, alone or among others, in pictures of the sizes people send."""
    for size in CIRCLE_SIZES:
        for place in range(count):
            scene = circle_scene(source, size, alone=place % 2 == 0)
            circle = next(s for s in scene.shapes if (s.kind, s.colour) == ("circle", "red"))
            label = f"{size[0]}x{size[1]}"
            exchange = Exchange("red circle", CIRCLE_QUESTION, box_text(circle))
            yield Item(Inquiry(CIRCLE_QUESTION, (scene.picture,)), exchange, "", label)


def circle_scene(source: random.Random, size: tuple[int, int], alone: bool) -> Scene:
    """A scene with just one red circle, alone or with one to three other shapes."""
    if alone:
        return lone_circle(source, size)
    world = replace(PLAIN, counts=(0, 1, 1, 1))
    while True:
        scene = make_scene(source, world, size, first=("circle", "red"))
        circles = [s for s in scene.shapes if (s.kind, s.colour) == ("circle", "red")]
        if len(circles) == 1 and len(scene.shapes) > 1:
            return scene


def lone_circle(source: random.Random, size: tuple[int, int]) -> Scene:
    """A red disc on light grey, as Pillow draws it."""
    short = min(size)
    radius = round(short * source.uniform(0.08, 0.36))
    x, y = (source.randint(radius + 1, side - radius - 1) for side in size)
    picture = Image.new("RGB", size, source.choice([(236, 236, 236), (255, 255, 255)]))
    disc = (x - radius, y - radius, x + radius, y + radius)
    ImageDraw.Draw(picture).ellipse(disc, fill=mix(source, "red"))
    box: Box = (disc[0] / size[0], disc[1] / size[1], disc[2] / size[0], disc[3] / size[1])
    return Scene(picture, (Shape("circle", "red", box, big=True),))


def without_slots(exchange: Exchange) -> Exchange:
    """The exchange as people see it."""
    question, answer = exchange.question.replace(SLOT, ""), exchange.answer.replace(SLOT, "")
    return replace(exchange, question=question, answer=answer)
