"""Where a box stands on the screen, against where it stands in its picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from playwright.async_api import Locator

CORNERS = """async box => {
    const image = box.closest('.stage').querySelector('img');
    await image.decode();
    const {left, top, right, bottom} = box.getBoundingClientRect();
    const place = image.getBoundingClientRect(), scale = place.width / image.naturalWidth;
    const [x, y] = [place.left, place.top];
    return {box: [left - x, top - y, right - x, bottom - y], scale};
}"""
"""Waits for the picture: before it is there, nothing has a place."""


class Seen(TypedDict):
    box: list[float]
    """From the picture's upper left corner on the screen."""
    scale: float
    """How large the picture is there."""


async def off_by(box: Locator, corners: Sequence[float]) -> float:
    """The most that a side of the box is away from these pixels of its picture, on the screen."""
    seen: Seen = await box.evaluate(CORNERS)
    return max(abs(a - b * seen["scale"]) for a, b in zip(seen["box"], corners, strict=True))
