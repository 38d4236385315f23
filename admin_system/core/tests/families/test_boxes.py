"""Boxes are pixels of the picture as sent, whatever the family, the shape and the EXIF turn."""

from __future__ import annotations

import io
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from PIL import Image
from PIL.Image import Transpose

from admin_system.core.families import FAMILIES
from admin_system.core.families.qwen import QwenFamily
from admin_system.core.families.qwen2_5_vl import Qwen25VL
from admin_system.core.families.qwen2_vl import Qwen2VL
from admin_system.core.families.qwen3_5 import Qwen35
from admin_system.core.families.qwen3_vl import Qwen3VL
from admin_system.core.families.qwen4_exp import Qwen4Exp
from admin_system.core.families.qwen_vl import QwenVL
from admin_system.core.images import read_picture
from admin_system.core.tests.answers import mutated_answers
from admin_system.core.types import Box, EngineSpec, Picture, PicturePart

SPEC = EngineSpec("x", "local", max_pixels=256 * 28 * 28)
"""The lower of the limits that Qwen's own examples set: quick, and large pictures shrink."""
SHORT_TAGS = "<ref>{label}</ref><box>({0},{1}),({2},{3})</box>"
LONG_TAGS = (
    "<|object_ref_start|>{label}<|object_ref_end|><|box_start|>({0},{1}),({2},{3})<|box_end|>"
)
JSON = '```json\n[\n\t{{"bbox_2d": [{0}, {1}, {2}, {3}], "label": "{label}"}}\n]\n```'
GRAMMARS: dict[type[QwenFamily], str] = {
    QwenVL: SHORT_TAGS,
    Qwen2VL: LONG_TAGS,
    Qwen25VL: JSON,
    Qwen3VL: JSON,
    Qwen35: JSON,
    Qwen4Exp: JSON,
}
SIZES = {"1:1": (1000, 1000), "9:16": (540, 960), "4:1": (1600, 400), "6000x4000": (6000, 4000)}
TURNS: dict[int, Transpose | None] = {
    1: None,
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_90,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_270,
}
"""How an upright picture becomes what a camera stores under each EXIF orientation."""
ORIENTATION = 0x0112
RED = (220, 20, 20)


def photograph(width: int, height: int, orientation: int, box: Box) -> Picture:
    """White with a red box, as JPEG from a turned camera, read as every picture is."""
    image = Image.new("RGB", (width, height), "white")
    image.paste(RED, (box.x1, box.y1, box.x2, box.y2))
    turn = TURNS[orientation]
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    buffer = io.BytesIO()
    (image if turn is None else image.transpose(turn)).save(buffer, "JPEG", exif=exif, quality=90)
    return read_picture(buffer.getvalue(), max_pixels=width * height)


def shown_by_transformers(image: Image.Image, family: QwenFamily) -> tuple[int, int]:
    """Width and height of the grid that transformers' processor makes of a picture."""
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    budget = family.pixel_budget(SPEC)
    patch = family.factor // 2
    processor = Qwen2VLImageProcessorPil(
        patch_size=patch,
        merge_size=2,
        size={"shortest_edge": budget.min_pixels, "longest_edge": budget.max_pixels},
    )
    _, down, across = processor([image], return_tensors="np")["image_grid_thw"][0].tolist()
    return across * patch, down * patch


def written_scale(family: QwenFamily, image: Image.Image) -> tuple[int, int]:
    """What a family writes for the right and the lower edge of a picture."""
    return shown_by_transformers(image, family) if isinstance(family, Qwen25VL) else (1000, 1000)


def edges(box: Box) -> tuple[int, int, int, int]:
    return box.x1, box.y1, box.x2, box.y2


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("shape", SIZES)
def test_boxes_are_within_a_pixel_of_the_exact_conversion(shape: str, orientation: int) -> None:
    width, height = SIZES[shape]
    drawn = Box("红色", width // 7, height // 5, width * 2 // 3, height * 4 // 5)
    picture = photograph(width, height, orientation, drawn)
    assert (picture.width, picture.height) == (width, height)
    for kind, grammar in GRAMMARS.items():
        family = kind()
        scale = written_scale(family, picture.image) * 2
        size = (width, height) * 2
        numbers = [
            round(edge * most / side)
            for edge, most, side in zip(edges(drawn), scale, size, strict=True)
        ]
        text = grammar.format(*numbers, label="红色")
        (box,) = family.find_boxes(text, [PicturePart(picture)], family.pixel_budget(SPEC))
        assert box.label == "红色"
        for found, number, most, side in zip(edges(box), numbers, scale, size, strict=True):
            assert abs(found - Fraction(number * side, most)) <= 1
        assert_red_inside(picture.image, box, margin=max(scale) // 100 + max(size) // 100)


def assert_red_inside(image: Image.Image, box: Box, margin: int) -> None:
    """The box shows what was drawn, so the picture stands as the caller sees it."""
    inside = [(box.x1 + margin, box.y1 + margin), (box.x2 - margin, box.y2 - margin)]
    outside = [(box.x1 - margin, box.y1 + margin), (box.x2 - margin, box.y2 + margin)]
    for place in inside:
        assert image.getpixel(place)[1] < 100  # type: ignore[index]
    for place in outside:
        assert image.getpixel(place)[1] > 150  # type: ignore[index]


@pytest.mark.parametrize("kind", [Qwen2VL, Qwen25VL, Qwen3VL, Qwen35])
def test_the_shown_size_is_the_grid_of_transformers_processor(kind: type[QwenFamily]) -> None:
    family = kind()
    sizes = np.random.default_rng(7)
    budget = family.pixel_budget(SPEC)
    for _ in range(200):
        width = round(10 ** sizes.uniform(0.5, 3.3))
        height = round(width * 10 ** sizes.uniform(-0.9, 0.9)) or 1
        shown = family.shown_size(width, height, "auto", budget)
        image = Image.new("RGB", (width, height))
        assert shown == shown_by_transformers(image, family), (width, height)


def test_numbers_above_a_thousand_are_the_edge_in_qwen3_5() -> None:
    family = Qwen35()
    picture = Picture(Image.new("RGB", (300, 500)), sha256="")

    def boxes(fields: str) -> Sequence[tuple[int, int, int, int]]:
        found = family.find_boxes(fields, [PicturePart(picture)], family.pixel_budget(SPEC))
        return [edges(box) for box in found]

    assert boxes('[{"bbox_2d": [500, 500, 1010, 1200]}]') == [(150, 250, 300, 500)]
    assert boxes('[{"point_2d": [1004, 20]}]') == [(299, 10, 300, 11)]
    assert boxes('[{"bbox_2d": [1010, 500, 1200, 900]}]') == []


def test_drafts_of_boxes_in_thoughts_are_no_boxes() -> None:
    family = Qwen35()
    picture = Picture(Image.new("RGB", (100, 100)), sha256="")
    text = '[{"bbox_2d": [0, 0, 9, 9]}]? No.\n</think>\n\n[{"bbox_2d": [100, 200, 300, 400]}]'
    found = family.find_boxes(text, [PicturePart(picture)], family.pixel_budget(SPEC))
    assert [edges(box) for box in found] == [(10, 20, 30, 40)]


def test_every_family_has_its_boxes_tested() -> None:
    assert set(GRAMMARS) >= set(FAMILIES)


@settings(max_examples=1000, deadline=None)
@given(mutated_answers())
def test_no_mutated_answer_breaks_a_family_or_leaves_the_picture(text: str) -> None:
    part = PicturePart(Picture(Image.new("RGB", (333, 77)), sha256=""))
    for kind in FAMILIES:
        family = kind()
        for box in family.find_boxes(text, [part], family.pixel_budget(SPEC)):
            assert 0 <= box.x1 < box.x2 <= 333
            assert 0 <= box.y1 < box.y2 <= 77
        family.clean_text(text)
