"""How one line of models is spoken to: its prompt, its picture budget, its grounding grammar."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from admin_system.core.families.tool_formats import ToolFormat
from admin_system.core.types import Box, EngineSpec, Language, PicturePart, PixelBudget


class Family(ABC):
    """Pure text and arithmetic; weights and tokenizers belong to the engine."""

    name: ClassVar[str]
    """As in `registry.py`, for example qwen3_vl."""
    tool_format: ClassVar[ToolFormat | None]
    """How it writes calls of tools; None where it knows none."""
    model_types: ClassVar[tuple[str, ...]]
    """Values of `model_type` in config.json."""

    @abstractmethod
    def pixel_budget(self, spec: EngineSpec) -> PixelBudget:
        """The configuration's limits over the checkpoint's over the family's published ones."""

    @abstractmethod
    def shown_size(
        self, width: int, height: int, detail: str, budget: PixelBudget
    ) -> tuple[int, int]:
        """Width and height at which the model sees a picture of this size."""

    @abstractmethod
    def find_boxes(
        self, text: str, pictures: Sequence[PicturePart], budget: PixelBudget
    ) -> tuple[Box, ...]:
        """Boxes of an answer in pixels of the pictures as sent; malformed ones are left out.

        A box that names no picture belongs to the last one of the conversation.
        """

    @abstractmethod
    def clean_text(self, text: str, *, final: bool = True) -> str:
        """The answer without its box spans, labels kept.

        With `final` False only as much as no later token can change: growing `text` gives a
        growing clean text, so that it can be streamed.
        """

    @abstractmethod
    def detection_query(self, query: str, labels: Sequence[str], language: Language) -> str:
        """Words the question so that this family answers with boxes; `labels` may be empty."""
