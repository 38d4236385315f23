"""Reads `<ref>`, `<box>` and `<quad>`, and the long forms of them."""

from __future__ import annotations

import re

from admin_system.core.spans.pairs import find_points
from admin_system.core.spans.pieces import Piece, Shape, Step, Words

REF_OPEN = ("<ref>", "<|object_ref_start|>")
REF_CLOSE = ("</ref>", "<|object_ref_end|>")
SHAPE_OPEN = ("<box>", "<quad>", "<|box_start|>", "<|quad_start|>")
SHAPE_CLOSE = ("</box>", "</quad>", "<|box_end|>", "<|quad_end|>")
TAGS = (*REF_OPEN, *REF_CLOSE, *SHAPE_OPEN, *SHAPE_CLOSE)
"""Qwen-VL 2023 writes the short ones, Qwen2-VL the long ones."""

LONGEST_TAG = max(map(len, TAGS))
LONGEST_LABEL = 200
SHAPE_BODY = re.compile(r"[\d\s.,，()（）+-]*")


def read_tag(text: str, place: int, final: bool) -> Step:
    tag = next((tag for tag in TAGS if text.startswith(tag, place)), None)
    if tag is None:
        rest = text[place : place + LONGEST_TAG]
        if not final and any(tag.startswith(rest) for tag in TAGS):
            return None
        return [Words("<")], place + 1
    inside = place + len(tag)
    if tag in REF_OPEN:
        return _read_label(text, inside, final)
    if tag in SHAPE_OPEN:
        return _read_shape(text, inside, final)
    return [], inside


def _read_label(text: str, inside: int, final: bool) -> Step:
    end = text.find("<", inside)
    length = (end if end >= 0 else len(text)) - inside
    if length > LONGEST_LABEL:
        return [], inside  # no label but words behind a stray tag
    if end < 0:
        return ([Words(text[inside:], label=True)], len(text)) if final else None
    for close in REF_CLOSE:
        if text.startswith(close, end):
            return [Words(text[inside:end], label=True)], end + len(close)
        if not final and close.startswith(text[end:]):
            return None
    return [], inside


def _read_shape(text: str, inside: int, final: bool) -> Step:
    body = SHAPE_BODY.match(text, inside)
    end = body.end() if body else inside
    if end == len(text) and not final:
        return None
    for close in SHAPE_CLOSE:
        if text.startswith(close, end):
            return _shape_of_pairs(text[inside:end]), end + len(close)
        if not final and close.startswith(text[end:]):
            return None
    return _shape_of_pairs(text[inside:end]), end


def _shape_of_pairs(body: str) -> list[Piece]:
    points = find_points(body)
    return [Shape(points, "tags")] if len(points) in (1, 2, 4) else []
