"""Print how good the miniature is on scenes it never saw, as the README's table has it.

    python scripts/miniature/evaluate.py [--scenes 60] [--circles 40] [--seed 20261122]

Everything goes through transformers' own generate: greedy, float32, one thread.
"""

import argparse
import math
import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from answering import Answerer
from examination import (
    ASPECT_SIZES,
    CIRCLE_SIZES,
    WIDE,
    Item,
    burdened_items,
    circle_items,
    honesty_items,
    pair_items,
    scene_items,
)
from scoring import Tally, boxes_in, matched_overlaps, overlap, things_in
from world import PLAIN

SHIPPED = Path(__file__).parents[2] / "admin_system/core/checkpoints/miniature"
BATCH = 24
TASK_ROWS = ("describe", "describe set", "count", "colour", "shape", "position", "exist")
BOX_ROWS = ("refuses the absent", "box recall", "box IoU", "box precision")
ASPECT_ROWS = tuple(
    f"{row} {a}" for a in ASPECT_SIZES for row in ("aspect", "box recall", "box IoU")
)
CIRCLE_ROWS = tuple(
    f"{row} {width}x{height}"
    for width, height in CIRCLE_SIZES
    for row in ("circle recall", "circle IoU")
)
OTHER_ROWS = (
    "behind a system prompt",
    "with passages",
    "as a second question",
    "two pictures",
    "honest on shapeless pictures",
    "foreign",
    "talk",
)


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


def examine(answerer: Answerer, items: Iterable[Item], wrong: bool) -> Tally:
    """Ask and judge; with `wrong`, print what was not exactly right."""
    tally = Tally()
    for item, answer in ask_all(answerer, items):
        judge(tally, item, answer)
        if wrong and answer != item.exchange.answer:
            print(f"- {item.exchange.question} | {item.exchange.answer} | {answer}")
    return tally


def print_table(title: str, tally: Tally, names: Iterable[str]) -> None:
    """One Markdown row a figure."""
    print(f"\n| {title} | mean | of |\n| --- | --- | --- |")
    for name in names:
        if not math.isnan(tally.mean(name)):
            print(f"| {name} | {tally.mean(name):.3f} | {tally.size(name)} |")


def evaluate(folder: Path, scenes: int, circles: int, seed: int, wrong: bool) -> None:
    """Ask everything and print the tables."""
    began, source = time.perf_counter(), random.Random(seed)
    answerer = Answerer(folder)
    for title, world in (("plain scenes", PLAIN), ("wide scenes", WIDE)):
        tally = examine(answerer, scene_items(source, world, scenes, None, ""), wrong)
        print_table(title, tally, (*TASK_ROWS, *BOX_ROWS, "zh", "en"))
    shaped = [
        item
        for aspect, size in ASPECT_SIZES.items()
        for item in scene_items(source, PLAIN, max(2, scenes // 6), size, aspect)
    ]
    print_table("by aspect, plain scenes", examine(answerer, shaped, wrong), ASPECT_ROWS)
    tally = examine(answerer, circle_items(source, circles), wrong=False)
    rows = ("circle recall", "circle IoU", "circle precision", *CIRCLE_ROWS)
    print_table("“框出红色圆形”", tally, rows)
    others = (
        *pair_items(source, PLAIN, scenes),
        *burdened_items(source, PLAIN, scenes // 2),
        *honesty_items(source, scenes),
    )
    print_table("around the world", examine(answerer, others, wrong), OTHER_ROWS)
    print(f"\n{time.perf_counter() - began:.0f} seconds, seed {seed}")


def parse_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--folder", type=Path, default=SHIPPED)
    parser.add_argument("--scenes", type=int, default=60)
    parser.add_argument("--circles", type=int, default=40, help="for each size")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--wrong", action="store_true", help="print wrong answers too")
    return parser.parse_args()


if __name__ == "__main__":
    options = parse_options()
    evaluate(options.folder, options.scenes, options.circles, options.seed, options.wrong)
