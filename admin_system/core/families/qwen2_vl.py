"""Qwen2-VL: boxes between tags, in thousandths of the picture."""

from __future__ import annotations

from admin_system.core.families.qwen import QwenFamily
from admin_system.core.types import PixelBudget


class Qwen2VL(QwenFamily):
    """Its template knows no tools."""

    name = "qwen2_vl"
    model_types = ("qwen2_vl",)
    published_budget = PixelBudget(3136, 12_845_056)
    published_factor = 28
