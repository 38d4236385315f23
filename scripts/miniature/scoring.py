"""How an answer is held against the truth."""

import re
from collections import Counter, defaultdict

from chinese import COLOURS as CHINESE_COLOURS
from chinese import KINDS as CHINESE_KINDS
from colours import NAMES
from shapes import SHAPES

Corners = tuple[int, int, int, int]
BOX = re.compile(r"<box>\((\d+),(\d+)\),\((\d+),(\d+)\)</box>")
CHINESE_THING = re.compile(
    f"({'|'.join(CHINESE_COLOURS.values())})的?"
    rf"({'|'.join(names[0] for names in CHINESE_KINDS.values())}|数字\d)"
)
ENGLISH_THING = re.compile(rf"\b({'|'.join(NAMES)})\b ({'|'.join(SHAPES)}|digit \d)")


class Tally:
    """Named means."""

    def __init__(self) -> None:
        self.values: defaultdict[str, list[float]] = defaultdict(list)

    def add(self, name: str, value: float) -> None:
        """Count one value in."""
        self.values[name].append(float(value))

    def mean(self, name: str) -> float:
        """The mean, NaN where nothing was counted."""
        values = self.values[name]
        return sum(values) / len(values) if values else float("nan")

    def size(self, name: str) -> int:
        """How many values were counted."""
        return len(self.values[name])


def boxes_in(text: str) -> list[Corners]:
    """All boxes of an answer."""
    found = [tuple(map(int, groups)) for groups in BOX.findall(text)]
    return [(box[0], box[1], box[2], box[3]) for box in found]


def things_in(text: str) -> Counter[tuple[str, str]]:
    """Colours and kinds named together, each as often as it is named."""
    return Counter(CHINESE_THING.findall(text) + ENGLISH_THING.findall(text))


def overlap(one: Corners, other: Corners) -> float:
    """Intersection over union."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0, across) * max(0, down)
    union = box_area(one) + box_area(other) - shared
    return shared / union if union else 0.0


def box_area(box: Corners) -> int:
    """Area in square thousandths."""
    return max(0, box[2] - box[0]) * max(0, box[3] - box[1])


def matched_overlaps(true: list[Corners], given: list[Corners]) -> list[float]:
    """For each true box the overlap with the best box not yet taken, 0 where none is left."""
    left, overlaps = list(given), []
    for box in true:
        best = max(left, key=lambda candidate: overlap(box, candidate), default=None)
        overlaps.append(overlap(box, best) if best else 0.0)
        if best and overlaps[-1] > 0:
            left.remove(best)
    return overlaps
