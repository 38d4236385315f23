"""The frames of the WebSockets, which the stream of /api/analyze sends as well."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from admin_system.api.limits import MAX_QUERY_CHARACTERS
from admin_system.api.protocol.citations import KnowledgeBody
from admin_system.api.protocol.completion import (
    Annotations,
    encode_boxes,
    encode_call,
    encode_call_delta,
    encode_choice,
    encode_logprobs,
    encode_seconds,
    encode_usage,
)
from admin_system.api.protocol.openai import ChatBody
from admin_system.api.protocol.plain import AnalyzeBody, encode_plain_boxes
from admin_system.api.protocol.templates import NAMES_TEMPLATE, TemplateField
from admin_system.api.protocol.validation import Body
from admin_system.core.analysis import Analysis
from admin_system.core.types import Box, Delta, End, Picture, Sampling

Frame = dict[str, Any]

FrameId = str | None
ID = Field(None, min_length=1, max_length=200, description="Chosen by the client.")


class ChatFrame(ChatBody):
    type: Literal["chat"]
    id: FrameId = ID


class ShortFrame(Body):
    """The next turn of the conversation that the server keeps for this connection."""

    type: Literal["chat"] | None = None
    id: FrameId = ID
    message: str = Field(min_length=1, max_length=MAX_QUERY_CHARACTERS)
    image_base64: str | None = None
    image: Literal["binary"] | None = None
    model: str | None = Field(None, min_length=1)
    max_tokens: int | None = Field(None, ge=1)
    temperature: float | None = Field(None, ge=0, le=2)
    knowledge_base: KnowledgeBody | None = None
    prompt_template: TemplateField | None = Field(None, description=NAMES_TEMPLATE)

    @property
    def sampling(self) -> Sampling:
        return Sampling(temperature=self.temperature, max_tokens=self.max_tokens)


class AnalyzeFrame(AnalyzeBody):
    type: Literal["analyze"]
    id: FrameId = ID


class StopFrame(Body):
    type: Literal["stop"]
    id: str


class PingFrame(Body):
    type: Literal["ping"]
    id: FrameId = ID


def queued(frame_id: str, position: int) -> Frame:
    """`position` counts from 1: those ahead are one fewer."""
    return {"type": "queued", "id": frame_id, "position": position}


def start(frame_id: str, model: str, *, demo: bool) -> Frame:
    frame: Frame = {"type": "start", "id": frame_id, "model": model}
    return {**frame, "demo": True} if demo else frame


def delta(frame_id: str, text: str) -> Frame:
    return {"type": "delta", "id": frame_id, "content": text}


def chat_delta(frame_id: str, piece: Delta) -> Frame:
    """With the number of the answer where there are several, and its logprobs where asked for."""
    frame = delta(frame_id, piece.text)
    if piece.tool_call is not None:
        frame["tool_calls"] = [encode_call_delta(piece.tool_call)]
    if piece.choice:
        frame["index"] = piece.choice
    if piece.logprobs:
        frame["logprobs"] = encode_logprobs(piece.logprobs)
    return frame


def chat_boxes(frame_id: str, boxes: tuple[Box, ...]) -> Frame:
    return {
        "type": "boxes",
        "id": frame_id,
        "boxes": encode_boxes(boxes),
        "boxed_image_url": None,
    }


def analysis_boxes(frame_id: str, boxes: tuple[Box, ...], boxed_image_url: str | None) -> Frame:
    return {
        "type": "boxes",
        "id": frame_id,
        "boxes": encode_plain_boxes(boxes),
        "boxed_image_url": boxed_image_url,
    }


def chat_done(
    frame_id: str, end: End, seconds: float, annotations: Annotations | None = None
) -> Frame:
    """`annotations` is None where nobody asked the knowledge base; `choices` stands beside where
    more than one answer was asked for."""
    cited = {} if annotations is None else {"annotations": annotations}
    frame: Frame = {
        **cited,
        "type": "done",
        "id": frame_id,
        "content": end.text,
        "finish_reason": end.finish_reason,
        "usage": encode_usage(end.usage, end.finish_reason),
        "processing_time": encode_seconds(seconds),
    }
    if end.tool_calls:
        frame["tool_calls"] = [*map(encode_call, end.tool_calls)]
    if end.others:
        frame["choices"] = [encode_choice(index, one) for index, one in enumerate(end.endings)]
    return frame


def analysis_done(frame_id: str, analysis: Analysis, picture: Picture, analysis_id: str) -> Frame:
    return {
        "type": "done",
        "id": frame_id,
        "analysis_id": analysis_id,
        "content": analysis.text,
        "image": {"width": picture.width, "height": picture.height},
        "finish_reason": analysis.finish_reason,
        "usage": encode_usage(analysis.usage, analysis.finish_reason),
        "processing_time": encode_seconds(analysis.seconds),
    }


def stopped(frame_id: str, text: str, seconds: float) -> Frame:
    """What a `stop` leaves; nobody has counted the tokens of an answer that was cut off."""
    return {
        "type": "done",
        "id": frame_id,
        "content": text,
        "finish_reason": "cancelled",
        "usage": None,
        "processing_time": encode_seconds(seconds),
    }


def error(
    frame_id: str | None, body: dict[str, Any], request_id: str, retry_after: int | None = None
) -> Frame:
    """`body` is the HTTP shape; without an id where the frame had none that could be read.

    `request_id` finds it in the log; `retry_after` is in seconds, where it is worth trying again.
    """
    frame: Frame = {"type": "error", "id": frame_id, "request_id": request_id, **body}
    return frame if retry_after is None else {**frame, "retry_after": retry_after}


def pong(frame_id: str | None) -> Frame:
    return {"type": "pong"} if frame_id is None else {"type": "pong", "id": frame_id}
