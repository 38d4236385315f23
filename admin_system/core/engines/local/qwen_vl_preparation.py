"""Makes a request ready for the 2023 Qwen-VL: ChatML ids and pictures of one size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from admin_system.core.engines.local.prompt import (
    PictureSpan,
    Preparation,
    Prompt,
    digest_of,
)
from admin_system.core.errors import BadRequest, ContextTooLong
from admin_system.core.networks.qwen_vl.configuration import VisualConfig
from admin_system.core.networks.qwen_vl.pixels import to_pixels
from admin_system.core.tokenizers.qwen import QwenTokenizer
from admin_system.core.tokenizers.qwen_chat import SYSTEM_ROLES, QwenChat
from admin_system.core.types import ChatRequest


@dataclass(frozen=True, slots=True)
class PicturePrompt(Prompt):
    pixels: tuple[Any, ...] = ()
    """(3, side, side) float32 each: the pictures of the turns that are shown, in order."""


class QwenVLPreparation(Preparation):
    def __init__(
        self, tokenizer: QwenTokenizer, visual: VisualConfig, window: int, context_length: int
    ) -> None:
        """`window` is in tokens, as `QwenChat` takes it."""
        self._chat = QwenChat(tokenizer, picture_tokens=visual.n_queries, window=window)
        self._side = visual.image_size
        self._tokens = visual.n_queries
        self.context_length = context_length

    def prepare(self, request: ChatRequest) -> PicturePrompt:
        import torch

        unseen = sum(len(m.pictures) for m in request.messages if m.role in SYSTEM_ROLES)
        sent = len(request.pictures)
        if unseen:
            raise BadRequest("pictures_not_shown", param="messages", shown=sent - unseen, sent=sent)
        prompt = self._chat.render(request.messages)
        if len(prompt.ids) + 1 > self.context_length:
            raise ContextTooLong(len(prompt.ids), self.context_length)
        pixels = tuple(self._pixels(request, slot.picture) for slot in prompt.slots)
        return PicturePrompt(
            torch.tensor([prompt.ids], dtype=torch.long),
            tuple(
                PictureSpan(slot.first, self._tokens, digest_of(picture))
                for slot, picture in zip(prompt.slots, pixels, strict=True)
            ),
            pixels,
        )

    def _pixels(self, request: ChatRequest, number: int) -> Any:
        import torch

        return torch.from_numpy(to_pixels(request.pictures[number].image, self._side))
