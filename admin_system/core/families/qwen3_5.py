"""Qwen3.5: JSON boxes in thousandths of the picture, now and then beyond a thousand."""

from __future__ import annotations

from typing import ClassVar

from admin_system.core.families.qwen import QwenFamily
from admin_system.core.families.tool_formats import TaggedCalls
from admin_system.core.grounding import ToPixels, from_thousandths
from admin_system.core.types import PixelBudget

MOST = 1000.0


class Qwen35(QwenFamily):
    """Its text part mixes linear attention, a recurrent state for each row, with full attention.

    Tools, by its template: `<tool_call><function=NAME><parameter=KEY>value</parameter>…`.
    """

    name = "qwen3_5"
    model_types: ClassVar[tuple[str, ...]] = ("qwen3_5", "qwen3_5_moe")
    published_budget = PixelBudget(65_536, 16_777_216)
    published_factor = 32
    asks_json = True
    tool_format = TaggedCalls()

    def to_pixels(self, width: int, height: int, detail: str, budget: PixelBudget) -> ToPixels:
        """A number above 1000 is the picture's edge (QwenLM/Qwen3.8-Flash-Next issue 4)."""
        scale = from_thousandths(width, height)
        return lambda point: scale((min(point[0], MOST), min(point[1], MOST)))
