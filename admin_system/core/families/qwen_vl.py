"""Qwen-VL of 2023: pictures at 448 x 448, boxes between tags in thousandths of the original."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from admin_system.core.families.qwen import ASKS_FOR_BOXES, END_MARKS, QUESTION_MARKS, QwenFamily
from admin_system.core.types import EngineSpec, Language, PixelBudget

SIDE = 448


class QwenVL(QwenFamily):
    """`model_type` is shared with the text-only Qwen 1; `has_vision` tells them apart."""

    name = "qwen_vl"
    tool_format = None
    model_types = ("qwen",)
    published_budget = PixelBudget(SIDE * SIDE, SIDE * SIDE)
    published_factor = SIDE

    def pixel_budget(self, spec: EngineSpec) -> PixelBudget:
        """Fixed: the network has one size of picture."""
        return self._budget

    def shown_size(
        self, width: int, height: int, detail: str, budget: PixelBudget
    ) -> tuple[int, int]:
        """Squashed: the aspect ratio is not kept, and both axes of a box are scaled apart."""
        return SIDE, SIDE

    def detection_query(self, query: str, labels: Sequence[str], language: Language) -> str:
        """As the published examples have it: 框出图中击掌的位置, 输出"击掌"的检测框."""
        zh, words = language == "zh", query.strip()
        asks = ASKS_FOR_BOXES.search(words) is not None
        if labels:
            asked = _wish("、".join(labels) if zh else " and the ".join(labels), zh)
            return asked if asks or not words else f"{words}\n{asked}"
        if asks:
            return query
        words = words.strip(END_MARKS)
        if words and not words.endswith(QUESTION_MARKS):
            return _wish(words, zh)
        everything = _wish("所有物体" if zh else "objects", zh)
        return f"{words}\n{everything}" if words else everything


def _wish(what: str, zh: bool) -> str:
    return f"框出图中{what}的位置" if zh else f"Output the bounding boxes of the {what}"


def has_vision(config: Mapping[str, object]) -> bool:
    """Whether a config.json of type `qwen` describes Qwen-VL."""
    return isinstance(config.get("visual"), dict)
