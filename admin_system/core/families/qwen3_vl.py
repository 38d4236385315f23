"""Qwen3-VL: JSON boxes in thousandths of the picture."""

from __future__ import annotations

from admin_system.core.families.qwen import QwenFamily
from admin_system.core.types import PixelBudget


class Qwen3VL(QwenFamily):
    """Tools, by its template: `<tool_call>{"name": NAME, "arguments": {…}}</tool_call>`."""

    name = "qwen3_vl"
    model_types = ("qwen3_vl", "qwen3_vl_moe")
    published_budget = PixelBudget(65_536, 16_777_216)
    published_factor = 32
    asks_json = True
