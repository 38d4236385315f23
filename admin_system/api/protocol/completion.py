"""Core's answer -> OpenAI's chat.completion and its chunks."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from admin_system.core.types import (
    Box,
    Delta,
    End,
    Ending,
    FinishReason,
    Likelihood,
    TokenLogprob,
    ToolCall,
    ToolCallDelta,
    Usage,
)

Annotations = list[dict[str, Any]]
"""As `citations.encode_annotations` makes them."""


def encode_usage(usage: Usage, reason: FinishReason) -> dict[str, Any] | None:
    """Nobody has counted the tokens of an answer that was cut off."""
    if reason == "cancelled":
        return None
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


def encode_logprobs(tokens: Sequence[TokenLogprob]) -> dict[str, Any]:
    content = [
        {**encode_likelihood(one.chosen), "top_logprobs": [*map(encode_likelihood, one.top)]}
        for one in tokens
    ]
    return {"content": content, "refusal": None}


def encode_likelihood(one: Likelihood) -> dict[str, Any]:
    return {"token": one.token, "logprob": one.logprob, "bytes": list(one.bytes)}


def encode_call(call: ToolCall) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


def encode_call_delta(piece: ToolCallDelta) -> dict[str, Any]:
    if not piece.id:
        return {"index": piece.index, "function": {"arguments": piece.arguments}}
    call = encode_call(ToolCall(piece.id, piece.name, piece.arguments))
    return {"index": piece.index, **call}


def encode_choice(index: int, ending: Ending) -> dict[str, Any]:
    message: dict[str, Any] = {
        "role": "assistant",
        "content": ending.text if ending.text or not ending.tool_calls else None,
        "refusal": None,
        "boxes": encode_boxes(ending.boxes),
    }
    if ending.tool_calls:
        message["tool_calls"] = [*map(encode_call, ending.tool_calls)]
    return {
        "index": index,
        "message": message,
        "logprobs": encode_logprobs(ending.logprobs) if ending.logprobs else None,
        "finish_reason": ending.finish_reason,
    }


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

    def encode(
        self, end: End, seconds: float, annotations: Annotations | None = None
    ) -> dict[str, Any]:
        """`annotations` is None where nobody asked the knowledge base, which answers once."""
        choices = [encode_choice(index, one) for index, one in enumerate(end.endings)]
        if annotations is not None:
            choices[0]["message"]["annotations"] = annotations
        return {
            **self._head("chat.completion"),
            "choices": choices,
            "usage": encode_usage(end.usage, end.finish_reason),
            "processing_time": encode_seconds(seconds),
        }

    def encode_first(self, choice: int = 0) -> dict[str, Any]:
        return self._chunk({"role": "assistant", "content": ""}, choice)

    def encode_delta(self, delta: Delta) -> dict[str, Any]:
        if delta.tool_call is not None:
            call = encode_call_delta(delta.tool_call)
            return self._chunk({"tool_calls": [call]}, delta.choice)
        told = encode_logprobs(delta.logprobs) if delta.logprobs else None
        return self._chunk({"content": delta.text}, delta.choice, logprobs=told)

    def encode_last(
        self, end: End, seconds: float, annotations: Annotations | None = None
    ) -> Iterator[dict[str, Any]]:
        """One chunk for each answer; the last one tells the time."""
        for index, ending in enumerate(end.endings):
            delta: dict[str, Any] = {"boxes": encode_boxes(ending.boxes)} if ending.boxes else {}
            if annotations is not None:
                delta["annotations"] = annotations
            chunk = self._chunk(delta, index, finish_reason=ending.finish_reason)
            last = index == len(end.others)
            yield {**chunk, "processing_time": encode_seconds(seconds)} if last else chunk

    def encode_usage_chunk(self, end: End) -> dict[str, Any]:
        """The extra chunk that `stream_options.include_usage` asks for."""
        head = self._head("chat.completion.chunk")
        return {**head, "choices": [], "usage": encode_usage(end.usage, end.finish_reason)}

    def _chunk(
        self,
        delta: dict[str, Any],
        index: int,
        *,
        finish_reason: str | None = None,
        logprobs: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        choice = {
            "index": index,
            "delta": delta,
            "logprobs": logprobs,
            "finish_reason": finish_reason,
        }
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
