"""Core's answer -> OpenAI's chat.completion and its chunks."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from admin_system.core.types import Box, End, Usage


def encode_usage(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.total_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
    }


def encode_seconds(seconds: float) -> str:
    """The same in every language: programs read it."""
    return f"{seconds:.1f}秒"


def encode_corners(box: Box) -> list[int]:
    return [box.x1, box.y1, box.x2, box.y2]


def encode_boxes(boxes: tuple[Box, ...]) -> list[dict[str, Any]]:
    """With the number of the picture in the conversation."""
    return [{"label": box.label, "box": encode_corners(box), "image": box.image} for box in boxes]


@dataclass(frozen=True, slots=True)
class CompletionEncoder:
    """What all chunks of one completion have in common."""

    model: str
    demo: bool
    """Told in the answer, so that nobody takes the demonstration for a Qwen."""
    wants_usage: bool = False
    """Of a stream: all chunks have a `usage`, which only the last one fills."""
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def encode(self, end: End, seconds: float) -> dict[str, Any]:
        message = {
            "role": "assistant",
            "content": end.text,
            "refusal": None,
            "boxes": encode_boxes(end.boxes),
        }
        choice = {
            "index": 0,
            "message": message,
            "logprobs": None,
            "finish_reason": end.finish_reason,
        }
        return {
            **self._head("chat.completion"),
            "choices": [choice],
            "usage": encode_usage(end.usage),
            "processing_time": encode_seconds(seconds),
        }

    def encode_first(self) -> dict[str, Any]:
        return self._chunk({"role": "assistant", "content": ""})

    def encode_delta(self, text: str) -> dict[str, Any]:
        return self._chunk({"content": text})

    def encode_last(self, end: End, seconds: float) -> dict[str, Any]:
        delta = {"boxes": encode_boxes(end.boxes)} if end.boxes else {}
        chunk = self._chunk(delta, end.finish_reason)
        return {**chunk, "processing_time": encode_seconds(seconds)}

    def encode_usage_chunk(self, end: End) -> dict[str, Any]:
        """The extra chunk that `stream_options.include_usage` asks for."""
        head = self._head("chat.completion.chunk")
        return {**head, "choices": [], "usage": encode_usage(end.usage)}

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        chunk = {**self._head("chat.completion.chunk"), "choices": [choice]}
        return {**chunk, "usage": None} if self.wants_usage else chunk

    def _head(self, kind: str) -> dict[str, Any]:
        head: dict[str, Any] = {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.model,
        }
        return {**head, "demo": True} if self.demo else head
