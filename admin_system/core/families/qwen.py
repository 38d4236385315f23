"""What the Qwen families since Qwen2-VL share; each of them is a few lines of facts beside it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from admin_system.core.errors import BadPicture
from admin_system.core.families.base import Family
from admin_system.core.families.tool_formats import JsonCalls, ToolFormat
from admin_system.core.grounding import ToPixels, clean_words, find_boxes, from_thousandths
from admin_system.core.types import Box, EngineSpec, Language, PicturePart, PixelBudget

MOST_ELONGATED = 200
"""Largest ratio of the sides, as in transformers' smart_resize."""
LOW_DETAIL_PIXELS = 512 * 512
"""What `detail: low` shows at most; `high` and `auto` show what the budget allows."""
END_OF_THOUGHTS = "</think>"
ASKS_FOR_BOXES = re.compile(
    r"框|圈出|标出|标注|检测|定位|找到|找出|坐标|bbox|grounding"
    r"|\b(?:box|boxes|bounding|locate|detect|find|mark|coordinates)\b",
    re.IGNORECASE,
)
END_MARKS = " \t\n。.！!"
QUESTION_MARKS = ("?", "？", "吗", "呢")


class QwenFamily(Family):
    """`budget` and `factor` are the checkpoint's own, where one is at hand.

    `writes_tags` says that a checkpoint answers with `<box>` instead of its family's JSON.
    """

    tool_format: ClassVar[ToolFormat | None] = JsonCalls()
    published_budget: ClassVar[PixelBudget]
    published_factor: ClassVar[int]
    """Patch side times merged patches: the sides of a shown picture are multiples of it."""
    asks_json: ClassVar[bool] = False
    """Its published prompts ask for JSON."""

    def __init__(
        self,
        budget: PixelBudget | None = None,
        factor: int | None = None,
        *,
        writes_tags: bool = False,
    ) -> None:
        self._budget = budget or self.published_budget
        self.factor = factor or self.published_factor
        self._asks_json = self.asks_json and not writes_tags

    def pixel_budget(self, spec: EngineSpec) -> PixelBudget:
        most = spec.max_pixels or max(self._budget.max_pixels, spec.min_pixels or 0)
        least = spec.min_pixels or min(self._budget.min_pixels, most)
        return PixelBudget(least, most)

    def shown_size(
        self, width: int, height: int, detail: str, budget: PixelBudget
    ) -> tuple[int, int]:
        """As smart_resize of transformers (qwen2_vl/image_processing_pil_qwen2_vl.py) has it.

        Raises BadPicture where one side is more than 200 times the other.
        """
        if max(width, height) > MOST_ELONGATED * min(width, height):
            raise BadPicture(
                "picture_too_narrow",
                param="image",
                width=width,
                height=height,
                limit=MOST_ELONGATED,
            )
        most = budget.max_pixels
        if detail == "low":
            most = max(budget.min_pixels, min(most, LOW_DETAIL_PIXELS))
        factor = self.factor
        across, down = round(width / factor) * factor, round(height / factor) * factor
        if across * down > most:
            shrink = math.sqrt(width * height / most)
            across = max(factor, math.floor(width / shrink / factor) * factor)
            down = max(factor, math.floor(height / shrink / factor) * factor)
        elif across * down < budget.min_pixels:
            grow = math.sqrt(budget.min_pixels / (width * height))
            across = math.ceil(width * grow / factor) * factor
            down = math.ceil(height * grow / factor) * factor
        return across, down

    def find_boxes(
        self, text: str, pictures: Sequence[PicturePart], budget: PixelBudget
    ) -> tuple[Box, ...]:
        if not pictures:
            return ()
        part = pictures[-1]
        width, height = part.picture.width, part.picture.height
        to_pixels = self.to_pixels(width, height, part.detail, budget)
        answer = text.rpartition(END_OF_THOUGHTS)[2]  # drafts of boxes stand in thoughts too
        return find_boxes(answer, width, height, to_pixels, image=len(pictures) - 1)

    def to_pixels(self, width: int, height: int, detail: str, budget: PixelBudget) -> ToPixels:
        """How this family's numbers become pixels of a picture as sent."""
        return from_thousandths(width, height)

    def clean_text(self, text: str, *, final: bool = True) -> str:
        return clean_words(text, final=final)

    def detection_query(self, query: str, labels: Sequence[str], language: Language) -> str:
        zh = language == "zh"
        if labels:
            asked = f"框出{'、'.join(labels)}" if zh else f"Find the {' and the '.join(labels)}"
            if query.strip() and not ASKS_FOR_BOXES.search(query):
                asked = f"{query.strip()}\n{asked}"
        elif ASKS_FOR_BOXES.search(query):
            return query
        else:
            asked = self._with_boxes(query.strip(END_MARKS), zh)
        return f"{asked}{self._json_wish(zh)}"

    @staticmethod
    def _with_boxes(query: str, zh: bool) -> str:
        if not query:
            return "框出所有物体" if zh else "Find all objects"
        if query.endswith(QUESTION_MARKS):
            return f"{query}\n{'框出所有物体' if zh else 'Find all objects'}"
        return f"框出{query}" if zh else f"Find {query}"

    def _json_wish(self, zh: bool) -> str:
        """The published prompts' wish, for the families that answer in JSON."""
        if not self._asks_json:
            return ""
        if zh:
            return "，以 JSON 格式输出每个目标的 bbox_2d 坐标和 label。"
        return ". Report the bbox_2d coordinates and the label of each in JSON format."


def read_budget(preprocessor: Mapping[str, object]) -> PixelBudget | None:
    """From preprocessor_config.json; None where it states no areas."""
    size = preprocessor.get("size")
    stated: Mapping[str, object] = size if isinstance(size, dict) else {}
    least = preprocessor.get("min_pixels") or stated.get("shortest_edge")
    most = preprocessor.get("max_pixels") or stated.get("longest_edge")
    if isinstance(least, int) and isinstance(most, int) and 0 < least <= most:
        return PixelBudget(least, most)
    return None


def read_factor(config: Mapping[str, object]) -> int | None:
    """From config.json; None where it leaves the family's own."""
    vision = config.get("vision_config")
    if not isinstance(vision, dict):
        return None
    patch, merge = vision.get("patch_size"), vision.get("spatial_merge_size")
    return patch * merge if isinstance(patch, int) and isinstance(merge, int) else None
