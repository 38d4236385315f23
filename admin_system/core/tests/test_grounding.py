"""Boxes are found in every grammar, lie in the picture, and no answer breaks the parser."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from admin_system.core.grounding import (
    box_around,
    clean_words,
    find_boxes,
    find_spans,
    from_shown_pixels,
    from_thousandths,
)
from admin_system.core.tests.answers import ANSWERS, mutated_answers


def spans(text: str) -> list[tuple[str, tuple[tuple[float, float], ...]]]:
    return [(span.label, span.points) for span in find_spans(text)]


def test_a_label_belongs_to_every_shape_directly_behind_it() -> None:
    assert spans("<ref>a</ref><box>(1,2),(3,4)</box> <box>(5,6),(7,8)</box>") == [
        ("a", ((1, 2), (3, 4))),
        ("a", ((5, 6), (7, 8))),
    ]
    assert spans("<ref>a</ref> and then <box>(1,2),(3,4)</box>") == [("", ((1, 2), (3, 4)))]
    assert spans(ANSWERS[1])[0] == ("a", ((1, 2), (30, 4), (35, 60), (7, 58)))


def test_the_long_tags_are_read_and_what_is_left_of_them_too() -> None:
    assert spans(ANSWERS[2]) == [("the cat", ((1, 2), (600, 700)))]
    assert spans("the cat(1,2),(600,700)") == [("the cat", ((1, 2), (600, 700)))]
    assert spans("看，猫（1，2），（3，4）")[0][1] == ((1, 2), (3, 4))


@pytest.mark.parametrize("fence", ["{}", "```json\n{}\n```", "```\n{}```", "Sure:\n{} Done."])
def test_json_is_read_with_and_without_a_fence(fence: str) -> None:
    text = '[{"bbox_2d": [1, 2, 3, 4], "label": "x"}, {"point_2d": [5, 6], "label": "y"}]'
    assert spans(fence.replace("{}", text)) == [("x", ((1, 2), (3, 4))), ("y", ((5, 6),))]


def test_a_cut_off_last_element_leaves_the_others() -> None:
    assert spans(ANSWERS[4]) == []  # its label holds a brace
    cut = '```json\n[{"bbox_2d": [1, 2, 3, 4], "label": "x"}, {"bbox_2d": [5, 6, 7, 8], "lab'
    assert spans(cut) == [("x", ((1, 2), (3, 4)))]


def test_tags_go_before_json_before_bare_numbers() -> None:
    tags, json, bare = "<box>(1,1),(2,2)</box>", '{"bbox_2d": [3,3,4,4]}', "c(5,5),(6,6)"
    assert len(spans(bare + json + tags)) == 1
    assert spans(bare + json + tags)[0][1] == ((1, 1), (2, 2))
    assert spans(bare + json)[0][1] == ((3, 3), (4, 4))
    assert spans(bare)[0] == ("c", ((5, 5), (6, 6)))


@pytest.mark.parametrize(
    "text",
    [
        '{"bbox_2d": [1, 2, 3], "label": "x"}',
        '{"bbox_2d": [1, 2, NaN, 4]}',
        '{"bbox_2d": [1, 2, 1e400, 4]}',
        '{"bbox_2d": [true, 2, 3, 4]}',
        '{"bbox_2d": "1,2,3,4"}',
        "<box>(1,2)(</box>",
        "<box>one,two</box>",
        "<box>(1,2),(3,4),(5,6)</box>",
        "(1,2),(3,4),(5,6)",
        "(99999999999,2),(3,4)",
    ],
)
def test_malformed_spans_are_left_out(text: str) -> None:
    assert [span for span in spans(text) if len(span[1]) != 1] == []


@settings(deadline=None)
@given(
    st.lists(st.floats(-2000, 4000), min_size=4, max_size=4),
    st.integers(1, 9000),
    st.integers(1, 9000),
)
def test_a_box_is_within_a_pixel_of_the_exact_conversion(
    numbers: list[float], width: int, height: int
) -> None:
    to_pixels = from_thousandths(width, height)
    points = [to_pixels((numbers[0], numbers[1])), to_pixels((numbers[2], numbers[3]))]
    box = box_around("x", points, width, height, 0)
    for size, (first, second), found in (
        (width, numbers[0::2], (box.x1, box.x2) if box else None),
        (height, numbers[1::2], (box.y1, box.y2) if box else None),
    ):
        exact = sorted(Fraction(n) * size / 1000 for n in (first, second))
        clipped = [min(max(edge, Fraction(0)), Fraction(size)) for edge in exact]
        if found is None:
            continue
        assert 0 <= found[0] < found[1] <= size
        assert abs(found[0] - clipped[0]) <= 1
        assert abs(found[1] - clipped[1]) <= 1


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(900, 800), (100, 200)], (30, 100, 270, 400)),  # corners in any order
        ([(-50, 0), (2000, 1000)], (0, 0, 300, 500)),  # beyond the picture
        ([(500, 500), (500.4, 500.4)], (150, 250, 151, 251)),  # thinner than a pixel
        ([(1000, 1000)], (299, 499, 300, 500)),  # a point at the corner
        ([(100, 100), (500, 50), (600, 400), (50, 300)], (15, 25, 180, 200)),  # a quad
    ],
)
def test_boxes_are_ordered_clipped_and_never_empty(
    points: list[tuple[float, float]], expected: tuple[int, int, int, int]
) -> None:
    box = box_around("x", map(from_thousandths(300, 500), points), 300, 500, 2)
    assert box is not None
    assert (box.x1, box.y1, box.x2, box.y2) == expected
    assert box.image == 2


@pytest.mark.parametrize(
    "points", [[(100, 100), (100, 500)], [(1100, 0), (1200, 500)], [(0, 0), (0, 0)], [(-1, 5)]]
)
def test_what_has_no_area_in_the_picture_is_no_box(points: list[tuple[float, float]]) -> None:
    assert box_around("x", map(from_thousandths(300, 500), points), 300, 500, 0) is None


def test_pixels_of_the_shown_picture_are_scaled_by_both_sizes() -> None:
    to_pixels = from_shown_pixels(1600, 900, (1596, 896))
    (box,) = find_boxes('{"bbox_2d": [798, 448, 1596, 900]}', 1600, 900, to_pixels, 0)
    assert (box.x1, box.y1, box.x2, box.y2) == (800, 450, 1600, 900)


@settings(max_examples=1000, deadline=None)
@given(mutated_answers())
def test_no_mutated_answer_breaks_the_parser_or_leaves_the_picture(text: str) -> None:
    for box in find_boxes(text, 320, 200, from_thousandths(320, 200), 0):
        assert 0 <= box.x1 < box.x2 <= 320
        assert 0 <= box.y1 < box.y2 <= 200


@settings(max_examples=500, deadline=None)
@given(mutated_answers())
def test_clean_text_only_grows_while_an_answer_streams(text: str) -> None:
    shown = ""
    for end in range(len(text) + 1):
        now = clean_words(text[:end], final=False)
        assert now.startswith(shown)
        shown = now
    assert clean_words(text).startswith(shown)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (ANSWERS[0], "红色圆形"),
        (ANSWERS[1], "有a和b。"),
        (ANSWERS[2], "the cat sleeps"),
        (ANSWERS[3], "猫、nose"),
        ("<ref>a</ref><box>(1,2),(3,4)</box><ref>b</ref><box>(1,2),(3,4)</box>", "a, b"),
        ('[{"bbox_2d":[1,2,3,4],"label":"x"},{"bbox_2d":[5,6,7,8],"label":"x"}]', "x"),
        ("the cat(10,20),(300,400) sleeps", "the cat sleeps"),
        ("3 < 5, a[0] = {}, `x`, (1,2), (a,b), <b>", "3 < 5, a[0] = {}, `x`, (1,2), (a,b), <b>"),
        ('```python\nx = [{"a": 1}]\n```', '```python\nx = [{"a": 1}]\n```'),
        ('```json\n{"a": 1}\n```', '```json\n{"a": 1}\n```'),
        ("<box>(1,2),(3,", ""),
    ],
)
def test_clean_text_keeps_labels_and_everything_else(text: str, clean: str) -> None:
    assert clean_words(text) == clean


def test_a_hostile_answer_takes_no_long_time() -> None:
    """Linear in its length: a minute would show otherwise."""
    for unit in ("[{", '{"', "(1,2),", "<ref>", "```json[{", '[{"a":"', "<box>(1", '{"\\'):
        text = unit * (30_000 // len(unit))
        find_spans(text)
        clean_words(text)
