"""Boxes are drawn where they are, in colours that tell labels apart, with readable tags."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from admin_system.core.drawing import (
    COLOURS,
    FONT,
    colour_labels,
    contrast_of,
    draw_boxes,
    find_font,
)
from admin_system.core.types import Box

GROUND = (120, 120, 120)


def ground(width: int = 200, height: int = 150) -> Image.Image:
    return Image.new("RGB", (width, height), GROUND)


def rgb(colour: str) -> tuple[int, int, int]:
    return (int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16))


def test_the_line_lies_on_the_edge_of_the_box_and_the_picture_is_not_changed() -> None:
    image = ground()
    drawn = draw_boxes(image, [Box("", 40, 50, 140, 120)])
    assert image.tobytes() == ground().tobytes()
    found = np.all(np.asarray(drawn) == rgb(COLOURS[0]), axis=-1)
    rows, columns = np.where(found)
    assert (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) == (40, 50, 140, 120)
    assert np.all(np.asarray(drawn)[60:110, 50:130] == GROUND)


def test_every_label_has_a_colour_and_keeps_it() -> None:
    labels = [f"label {number}" for number in range(13)]
    colours = colour_labels([Box(label, 0, 0, 5, 5) for label in [*labels, labels[3]]])
    assert len(set(list(colours.values())[:12])) == 12
    assert colours[labels[12]] == colours[labels[0]]


@pytest.mark.parametrize("colour", COLOURS)
def test_a_tag_can_be_read(colour: str) -> None:
    def luminance(given: str) -> float:
        values = [channel / 255 for channel in rgb(given)]
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(colour), luminance(contrast_of(colour))), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_the_bundled_font_has_chinese_and_latin() -> None:
    font = find_font(32)
    missing = bytes(font.getmask("\uffff"))
    glyphs = {letter: bytes(font.getmask(letter)) for letter in "中文红色圆形框aZ09é、（)-"}
    assert all(glyph != missing for glyph in glyphs.values())
    assert len(set(glyphs.values())) == len(glyphs)
    assert (FONT.parent / "LICENSE.txt").read_text("utf-8").count("Apache License") > 1


@pytest.mark.parametrize(
    "box",
    [
        Box("红色圆形 red circle", 0, 0, 30, 30),
        Box("红色圆形", 190, 140, 200, 150),
        Box("one pixel", 5, 5, 6, 6),
        Box("a label that is far longer than the picture is wide " * 3, 0, 60, 200, 150),
        Box("beyond", 100, 100, 900, 900),
        Box("two\nlines\t😀", 50, 50, 90, 90),
    ],
)
def test_tags_stay_inside_the_picture(box: Box) -> None:
    drawn = draw_boxes(ground(), [box])
    assert drawn.size == (200, 150)
    assert drawn.tobytes() != ground().tobytes()


def test_lines_grow_with_the_picture() -> None:
    def width(size: int) -> int:
        drawn = draw_boxes(ground(size, size), [Box("", 20, 20, size - 20, size - 20)])
        row = np.asarray(drawn)[size // 2, : size // 2]
        return int(np.all(row == rgb(COLOURS[0]), axis=-1).sum())

    assert width(200) == 2
    assert width(1200) == 3
    assert width(4000) > 5


@pytest.mark.parametrize("size", [(1, 1), (3, 400), (400, 3)])
def test_odd_pictures_are_drawn_on_too(size: tuple[int, int]) -> None:
    drawn = draw_boxes(Image.new("L", size), [Box("红", 0, 0, 1, 1)])
    assert (drawn.size, drawn.mode) == (size, "RGB")
