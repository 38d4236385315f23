"""Whatever a model writes, its boxes and its clean text can be sent, and nothing is taken back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from admin_system.core.families import FAMILIES
from admin_system.core.families.qwen import QwenFamily
from admin_system.core.types import EngineSpec, Picture, PicturePart

SHORT = settings(derandomize=True, max_examples=40, deadline=None)
PART = PicturePart(Picture(Image.new("RGB", (120, 80)), "0" * 64))
BITS = (
    "<ref>", "</ref>", "<box>", "</box>", "<|box_start|>", "<|box_end|>", "<|object_ref_start|>",
    "(1,2),(30,40)", "(9999999999,1)", "[", "]", "{", "}", '"bbox_2d": [1, 2, 30, 40]', ",",
    '"label": "\\ud83d"', '"label": "猫"', "NaN", "1e999", "9" * 400, "```json\n", "\x00", "\u202e",
)  # fmt: skip
ANSWERS = st.lists(st.sampled_from(BITS) | st.text(max_size=8), max_size=14).map("".join)


@pytest.mark.parametrize("kind", FAMILIES)
@SHORT
@given(text=ANSWERS)
def test_boxes_lie_in_the_picture_and_everything_can_be_sent(
    kind: type[QwenFamily], text: str
) -> None:
    family = kind()
    budget = family.pixel_budget(EngineSpec("x", "local"))
    for box in family.find_boxes(text, [PART], budget):
        assert 0 <= box.x1 <= box.x2 <= 120
        assert 0 <= box.y1 <= box.y2 <= 80
        box.label.encode()
    family.clean_text(text).encode()
    shown = ""
    for end in range(len(text) + 1):  # as it is streamed: nothing that was sent is taken back
        now = family.clean_text(text[:end], final=False)
        assert now.startswith(shown)
        shown = now
    assert family.clean_text(text).startswith(shown)
