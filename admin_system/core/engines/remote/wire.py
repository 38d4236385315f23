"""What is said to an OpenAI-compatible service: a request with every field that it has."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from typing import Any

from admin_system.core.types import (
    ChatRequest,
    EngineSpec,
    JsonFormat,
    Message,
    PicturePart,
    Sampling,
    ToolWish,
)

LOSSLESS_PIXELS = 1_000_000
"""Pictures up to this area travel as PNG, larger ones as JPEG."""
JPEG_QUALITY = 95
ROLES = {"developer": "system"}
"""What every server understands."""


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
    if given.n > 1:
        body["n"] = given.n
    if given.logprobs is not None:
        body |= {"logprobs": True, "top_logprobs": given.logprobs}
    if request.tools is not None:
        body |= _encode_tools(request.tools)
    return body


def _encode_tools(wish: ToolWish) -> dict[str, Any]:
    return {
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": json.loads(tool.parameters),
                },
            }
            for tool in wish.tools
        ],
        "tool_choice": wish.choice,
        "parallel_tool_calls": wish.parallel,
    }


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
    if message.tool_calls:
        return {
            "role": role,
            "content": message.text or None,
            "tool_calls": [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                }
                for call in message.tool_calls
            ],
        }
    if message.tool_call_id:
        return {"role": role, "tool_call_id": message.tool_call_id, "content": message.text}
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
