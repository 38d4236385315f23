"""The 2023 Qwen-VL: how it is asked for boxes, and its boxes against the original's."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

from admin_system.core.families.qwen_vl import QwenVL, has_vision
from admin_system.core.tests.golden import read_expected
from admin_system.core.types import EngineSpec, Picture, PicturePart

FAMILY = QwenVL()
SPEC = EngineSpec("qwen-vl-chat", "local", min_pixels=100, max_pixels=10_000)
BUDGET = FAMILY.pixel_budget(SPEC)
ANSWERS = [
    entry
    for entry in read_expected("tokenizer.json")["boxes"]
    if entry["pixels_1000x1000_640x480_333x777"] is not None and "<quad>" not in entry["text"]
]
"""Those that the original can read."""


def picture(width: int, height: int) -> PicturePart:
    return PicturePart(Picture(Image.new("RGB", (width, height)), "0" * 64))


@pytest.mark.parametrize("entry", ANSWERS, ids=lambda entry: entry["text"])
def test_boxes_lie_within_a_pixel_of_the_originals(entry: dict[str, Any]) -> None:
    """The original cuts fractions off and orders no corners."""
    sizes = ((1000, 1000), (640, 480), (333, 777))
    for size, expected in zip(sizes, entry["pixels_1000x1000_640x480_333x777"], strict=True):
        boxes = FAMILY.find_boxes(entry["text"], [picture(*size)], BUDGET)
        assert len(boxes) == len(expected)
        for box, (x1, y1, x2, y2) in zip(boxes, expected, strict=True):
            corners = (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
            given = (box.x1, box.y1, box.x2, box.y2)
            assert all(abs(a - b) <= 1 for a, b in zip(given, corners, strict=True))
        labels = [found.get("ref", "") for found in entry["boxes"]]
        assert all(box.label == label for box, label in zip(boxes, labels, strict=True) if label)


def test_where_the_original_raises_there_is_no_box() -> None:
    assert FAMILY.find_boxes("<box>(a,b),(c,d)</box>", [picture(100, 100)], BUDGET) == ()


def test_a_label_belongs_to_all_boxes_and_quads_behind_it() -> None:
    text = "<ref> 狗</ref><box>(0,0),(500,500)</box><quad>(0,0),(100,0),(100,200),(0,200)</quad>"
    boxes = FAMILY.find_boxes(text, [picture(10, 10), picture(200, 100)], BUDGET)
    assert [(box.label, box.x2, box.y2, box.image) for box in boxes] == [
        ("狗", 100, 50, 1),
        ("狗", 20, 20, 1),
    ]


def test_every_picture_is_shown_at_one_size() -> None:
    for width, height in ((10, 10), (6000, 4000), (300, 2)):
        assert FAMILY.shown_size(width, height, "high", BUDGET) == (448, 448)
    assert BUDGET.max_pixels == 448 * 448


@pytest.mark.parametrize(
    ("query", "labels", "language", "expected"),
    [
        ("", ["击掌"], "zh", "框出图中击掌的位置"),
        ("", ["人", "狗"], "zh", "框出图中人、狗的位置"),
        ("红色圆形。", [], "zh", "框出图中红色圆形的位置"),
        ("框出狗", [], "zh", "框出狗"),
        ("这是什么?", [], "zh", "这是什么?\n框出图中所有物体的位置"),
        ("", [], "zh", "框出图中所有物体的位置"),
        ("数一数", ["狗"], "zh", "数一数\n框出图中狗的位置"),
        ("", ["dog"], "en", "Output the bounding boxes of the dog"),
        ("What is it?", [], "en", "What is it?\nOutput the bounding boxes of the objects"),
    ],
)
def test_detection_is_worded_as_published(
    query: str, labels: list[str], language: str, expected: str
) -> None:
    assert FAMILY.detection_query(query, labels, "zh" if language == "zh" else "en") == expected


def test_the_vision_section_tells_it_from_the_text_model() -> None:
    assert has_vision({"model_type": "qwen", "visual": {"width": 1664}})
    assert not has_vision({"model_type": "qwen"})
