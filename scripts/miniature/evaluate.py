"""Print how good the miniature is on scenes it never saw, as the README's table has it.

    python scripts/miniature/evaluate.py [--scenes 24] [--circles 12] [--seed 20261122]

Everything goes through transformers' own generate: greedy, float32, one thread.
"""

import argparse
import math
import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from answering import Answerer, Inquiry
from backgrounds import shapeless_picture
from colours import mix
from dialogues import LANGUAGES, TASKS, Asker, box_text
from languages import SLOT, Exchange
from PIL import Image, ImageDraw
from scenes import make_scene
from scoring import Tally, boxes_in, matched_overlaps, overlap, things_in
from shapes import Box
from world import PLAIN, Scene, Shape, World

SHIPPED = Path(__file__).parents[2] / "admin_system/core/checkpoints/miniature"
BATCH = 24
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


def ask_all(answerer: Answerer, items: Iterable[Item]) -> Iterator[tuple[Item, str]]:
    """Answers in batches of questions whose answers are about equally long."""
    ordered = sorted(items, key=lambda item: len(item.exchange.answer))
    for start in range(0, len(ordered), BATCH):
        batch = ordered[start : start + BATCH]
        most = max(len(answerer.tokenizer(item.exchange.answer)["input_ids"]) for item in batch)
        inquiries = [replace(item.inquiry, tokens=most + 12) for item in batch]
        yield from zip(batch, answerer.answer(inquiries), strict=True)


def judge(tally: Tally, item: Item, answer: str) -> None:
    """Count one answer under every name it belongs to."""
    exchange = item.exchange
    right = float(answer == exchange.answer)
    if exchange.task in ("detect", "red circle"):
        right = judge_boxes(tally, item, answer)
    else:
        tally.add(exchange.task, right)
    if exchange.task == "describe":
        tally.add("describe set", things_in(answer) == things_in(exchange.answer))
    if item.language:
        tally.add(item.language, right)
    if item.aspect:
        tally.add(f"aspect {item.aspect}", right)


def judge_boxes(tally: Tally, item: Item, answer: str) -> float:
    """Count a detection; right when every box overlaps by half and none is too many."""
    true, given = boxes_in(item.exchange.answer), boxes_in(answer)
    if not true:
        tally.add("refuses the absent", not given)
        return float(not given)
    overlaps = matched_overlaps(true, given)
    circle = item.exchange.task == "red circle"
    recall, mean = ("circle recall", "circle IoU") if circle else ("box recall", "box IoU")
    for value in overlaps:
        tally.add(recall, value >= 0.5)
        tally.add(mean, value)
        if item.aspect:
            tally.add(f"{recall} {item.aspect}", value >= 0.5)
            tally.add(f"{mean} {item.aspect}", value)
    for box in given:
        best = max(overlap(box, other) for other in true)
        tally.add("circle precision" if circle else "box precision", best >= 0.5)
    return float(len(given) == len(true) and min(overlaps) >= 0.5)


def print_table(title: str, tally: Tally, names: Iterable[str]) -> None:
    """One Markdown row a figure."""
    print(f"\n| {title} | mean | of |\n| --- | --- | --- |")
    for name in names:
        if not math.isnan(tally.mean(name)):
            print(f"| {name} | {tally.mean(name):.3f} | {tally.size(name)} |")


def evaluate(folder: Path, scenes: int, circles: int, seed: int, wrong: int) -> None:
    """Ask everything and print the tables."""
    began, source = time.perf_counter(), random.Random(seed)
    answerer = Answerer(folder)
    tasks = ("describe", "describe set", "count", "colour", "shape", "position", "exist")
    boxes = ("refuses the absent", "box recall", "box IoU", "box precision", "zh", "en")
    for title, world in (("plain scenes", PLAIN), ("wide scenes", WIDE)):
        tally = Tally()
        for item, answer in ask_all(answerer, scene_items(source, world, scenes, None, "")):
            judge(tally, item, answer)
            if wrong and answer != item.exchange.answer and item.exchange.task != "detect":
                print(f"- {item.exchange.question} | {item.exchange.answer} | {answer}")
        print_table(title, tally, (*tasks, *boxes))
    tally = Tally()
    for aspect, size in ASPECT_SIZES.items():
        some = scene_items(source, PLAIN, max(2, scenes // 6), size, aspect)
        for item, answer in ask_all(answerer, some):
            judge(tally, item, answer)
    aspects = [f"{n} {a}" for a in ASPECT_SIZES for n in ("aspect", "box recall", "box IoU")]
    print_table("by aspect, plain scenes", tally, aspects)
    tally = Tally()
    others = (
        *circle_items(source, circles),
        *pair_items(source, PLAIN, scenes),
        *burdened_items(source, PLAIN, scenes // 2),
        *honesty_items(source, scenes),
    )
    for item, answer in ask_all(answerer, others):
        judge(tally, item, answer)
        if wrong and item.exchange.task in ("talk", "foreign") and answer != item.exchange.answer:
            print(f"- {item.exchange.question} | {item.exchange.answer} | {answer}")
    labels = [f"{width}x{height}" for width, height in CIRCLE_SIZES]
    rows = [f"{name} {label}" for label in labels for name in ("circle recall", "circle IoU")]
    print_table("“框出红色圆形”", tally, ("circle recall", "circle IoU", "circle precision", *rows))
    names = ("behind a system prompt", "with passages", "as a second question", "two pictures")
    honest = ("honest on shapeless pictures", "foreign", "talk")
    print_table("around the world", tally, (*names, *honest))
    print(f"\n{time.perf_counter() - began:.0f} seconds, seed {seed}")


def parse_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--folder", type=Path, default=SHIPPED)
    parser.add_argument("--scenes", type=int, default=24)
    parser.add_argument("--circles", type=int, default=12, help="for each size")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--wrong", action="store_true", help="print wrong answers too")
    return parser.parse_args()


if __name__ == "__main__":
    options = parse_options()
    evaluate(options.folder, options.scenes, options.circles, options.seed, options.wrong)
