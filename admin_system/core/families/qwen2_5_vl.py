"""Qwen2.5-VL: JSON boxes in pixels of the picture as the model was shown it."""

from __future__ import annotations

from admin_system.core.families.qwen import QwenFamily
from admin_system.core.grounding import ToPixels, from_shown_pixels
from admin_system.core.types import PixelBudget


class Qwen25VL(QwenFamily):
    """Its template knows no tools."""

    name = "qwen2_5_vl"
    model_types = ("qwen2_5_vl",)
    published_budget = PixelBudget(3136, 12_845_056)
    published_factor = 28
    asks_json = True

    def to_pixels(self, width: int, height: int, detail: str, budget: PixelBudget) -> ToPixels:
        """Absolute, as QwenLM's process_bbox notebook and Qwen3-VL's issues 676 and 940 say."""
        shown = self.shown_size(width, height, detail, budget)
        return from_shown_pixels(width, height, shown)
