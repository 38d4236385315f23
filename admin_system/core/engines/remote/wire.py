"""What is said to an OpenAI-compatible service, and what its stream answers."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from admin_system.core.errors import UpstreamError
from admin_system.core.types import (
    ChatRequest,
    EngineSpec,
    JsonFormat,
    Message,
    PicturePart,
    Sampling,
    Usage,
)

LOSSLESS_PIXELS = 1_000_000
"""Pictures up to this area travel as PNG, larger ones as JPEG."""
JPEG_QUALITY = 95
LONGEST_REASON = 300
ROLES = {"developer": "system"}
"""What every server understands."""


@dataclass(frozen=True, slots=True)
class Event:
    """One chunk of a stream, as far as it says anything."""

    text: str = ""
    finish_reason: str | None = None
    usage: Usage | None = None


def encode_request(request: ChatRequest, spec: EngineSpec, model: str) -> dict[str, Any]:
    """Takes a while where there are pictures: not for the event loop."""
    body: dict[str, Any] = {
        "model": model,
        "messages": [_encode_message(message) for message in request.messages],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    given, configured = request.sampling, spec.defaults
    for name in (
        "temperature",
        "top_p",
        "top_k",
        "min_p",
        "repetition_penalty",
        "seed",
        "max_tokens",
    ):
        value = _first(given, configured, name)
        if value is not None:
            body[name] = value
    for name in ("presence_penalty", "frequency_penalty"):
        if getattr(given, name):
            body[name] = getattr(given, name)
    if given.logit_bias:
        body["logit_bias"] = {str(token): bias for token, bias in given.logit_bias}
    if given.stop:
        body["stop"] = list(given.stop)
    if request.format is not None:
        body["response_format"] = _encode_format(request.format)
    return body


def _encode_format(wanted: JsonFormat) -> dict[str, Any]:
    if wanted.schema is None:
        return {"type": "json_object"}
    schema = {"name": "answer", "strict": True, "schema": json.loads(wanted.schema)}
    return {"type": "json_schema", "json_schema": schema}


def _first(given: Sampling, configured: Sampling, name: str) -> float | None:
    value: float | None = getattr(given, name)
    otherwise: float | None = getattr(configured, name)
    return value if value is not None else otherwise


def _encode_message(message: Message) -> dict[str, Any]:
    role = ROLES.get(message.role, message.role)
    if not message.pictures:
        return {"role": role, "content": message.text}
    content = [
        _encode_picture(part)
        if isinstance(part, PicturePart)
        else {"type": "text", "text": part.text}
        for part in message.parts
    ]
    return {"role": role, "content": content}


def _encode_picture(part: PicturePart) -> dict[str, Any]:
    """Upright and without its metadata: an orientation left in the file would be read twice."""
    image = part.picture.image
    buffer = BytesIO()
    kind = "png" if image.width * image.height <= LOSSLESS_PIXELS else "jpeg"
    if kind == "png":
        image.save(buffer, "PNG", compress_level=1)
    else:
        image.save(buffer, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    address: dict[str, Any] = {"url": f"data:image/{kind};base64,{data}"}
    if part.detail != "auto":
        address["detail"] = part.detail
    return {"type": "image_url", "image_url": address}


async def read_events(lines: AsyncIterator[str]) -> AsyncIterator[Event]:
    """Until `[DONE]`; comments and empty chunks are passed over. Raises UpstreamError.

    Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
    """
    async for line in lines:
        field, _, value = line.partition(":")
        if field != "data":
            continue
        value = value.strip()
        if value == "[DONE]":
            return
        yield read_chunk(value)
    raise UpstreamError("upstream_interrupted")


def read_chunk(text: str) -> Event:
    """Raises UpstreamError, also where the chunk is an error itself."""
    try:
        chunk = json.loads(text)
        if isinstance(chunk.get("error"), dict):
            raise refusal(200, None, read_reason(chunk))
        usage = chunk.get("usage")
        counted = Usage(usage["prompt_tokens"], usage["completion_tokens"]) if usage else None
        choices = chunk.get("choices") or [{}]
        delta = choices[0].get("delta") or {}
        content, reason = delta.get("content"), choices[0].get("finish_reason")
        if content is not None and not isinstance(content, str):
            raise TypeError("content is no text")
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise UpstreamError("upstream_bad_answer") from error
    return Event(content or "", reason, counted)


def read_reason(body: object) -> str:
    """The message of an error in OpenAI's shape."""
    error = body.get("error") if isinstance(body, dict) else None
    message = error.get("message") if isinstance(error, dict) else error
    return str(message or "?")[:LONGEST_REASON]


def read_refusal(status: int, retry_after: str | None, body: bytes) -> UpstreamError:
    """An answer of 400 or more as our error, with the upstream's own words."""
    try:
        reason = read_reason(json.loads(body))
    except ValueError:
        reason = "?"
    return refusal(status, retry_after, reason)


def refusal(status: int, retry_after: str | None, reason: str) -> UpstreamError:
    seconds = int(retry_after) if retry_after and retry_after.isdigit() else None
    error = UpstreamError("upstream_refused", status=status, retry_after=seconds, reason=reason)
    error.values["status"] = status  # a value of the sentence as well
    return error
