"""Answers as models write them, whole, broken and mutated."""

from __future__ import annotations

from hypothesis import strategies as st

ANSWERS = [
    "<ref>红色圆形</ref><box>(100,200),(300,400)</box><box>(500,200),(700,400)</box>",
    "有<ref>a</ref><quad>(1,2),(30,4),(35,60),(7,58)</quad>和<ref>b</ref><box>(5,5),(9,9)</box>。",
    "<|object_ref_start|>the cat<|object_ref_end|><|box_start|>(1,2),(600,700)<|box_end|> sleeps",
    '```json\n[{"bbox_2d": [10, 20, 300, 400], "label": "猫"},\n'
    ' {"point_2d": [5, 6], "label": "nose"}]\n```',
    'Here: [{"bbox_2d": [10, 20, 300, 400], "label": "a \\"b\\" ] }"}, {"bbox_2d": [1, 2, 3',
    '{"bbox_2d": [10.5, 20, 300, 400], "label": "one"} and text `code` ```python\nx = [1]\n```',
    "the cat(10,20),(300,400) and the dog（1，2），（500，600）; a point (3,4), a list [1, 2], {x}",
    "no boxes: 3 < 5, a[0] = {}, `x`, (1,2), (a,b), <b>bold</b>, <ref>unclosed",
    "",
]
NOISE = [
    *'<>()[]{}`",，（）0123456789-. \n',
    "<box>",
    "</box>",
    "<ref>",
    "</ref>",
    "<quad>",
    "```json",
]


@st.composite
def mutated_answers(draw: st.DrawFn) -> str:
    """A published answer, or two, with pieces cut out, doubled and put in."""
    text = draw(st.sampled_from(ANSWERS)) + draw(st.sampled_from(ANSWERS))
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 12)))
        kind = draw(st.sampled_from(["cut", "double", "put"]))
        middle = {"cut": "", "double": text[start:end] * 2}.get(kind)
        if middle is None:
            middle = draw(st.sampled_from(NOISE)) + text[start:end]
        text = text[:start] + middle + text[end:]
    return text[: draw(st.integers(0, len(text)))] if draw(st.booleans()) else text
