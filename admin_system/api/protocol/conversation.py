"""A validated chat body -> core's ChatRequest, with its pictures read."""

from __future__ import annotations

import json
from collections.abc import Callable

from admin_system.api.limits import MAX_PICTURES
from admin_system.api.protocol.openai import (
    AnyObjectFormat,
    ChatBody,
    MessageBody,
    PicturePartBody,
    SchemaFormat,
    TextPartBody,
)
from admin_system.core.errors import BadRequest
from admin_system.core.types import (
    ChatRequest,
    JsonFormat,
    Message,
    Part,
    Picture,
    PicturePart,
    Sampling,
    TextPart,
)

ReadPicture = Callable[[str, str], Picture]
"""(address, param) -> the picture; raises BadRequest that names `param`."""


def to_chat_request(
    body: ChatBody, read_picture: ReadPicture, *, owner: str, request_id: str
) -> ChatRequest:
    """Blocks while the pictures are decoded. Raises BadRequest."""
    check_pictures(body)
    messages = tuple(
        to_message(message, f"messages[{place}]", read_picture)
        for place, message in enumerate(body.messages)
    )
    return ChatRequest(messages, to_sampling(body), owner, request_id, to_format(body))


def check_pictures(body: ChatBody) -> None:
    """Counts before anything is decoded."""
    count = 0
    for place, message in enumerate(body.messages):
        if isinstance(message.content, str):
            continue
        for number, part in enumerate(message.content):
            if not isinstance(part, PicturePartBody):
                continue
            count += 1
            if message.role != "user":
                param = f"messages[{place}].content[{number}]"
                raise BadRequest("picture_in_role", param=param, role=message.role)
    if count > MAX_PICTURES:
        raise BadRequest("pictures_too_many", param="messages", given=count, limit=MAX_PICTURES)


def to_message(body: MessageBody, param: str, read_picture: ReadPicture) -> Message:
    if isinstance(body.content, str):
        return Message.of_text(body.role, body.content)
    parts: list[Part] = []
    for number, part in enumerate(body.content):
        if isinstance(part, PicturePartBody):
            address = part.image_url.url
            picture = read_picture(address, f"{param}.content[{number}].image_url")
            parts.append(PicturePart(picture, part.image_url.detail))
        elif isinstance(part, TextPartBody):
            parts.append(TextPart(part.text))
    return Message(body.role, tuple(parts))


def to_sampling(body: ChatBody) -> Sampling:
    wanted, older = body.max_completion_tokens, body.max_tokens
    if wanted is not None and older is not None and wanted != older:
        raise BadRequest("fields_conflict", param="max_completion_tokens", other="max_tokens")
    if body.top_logprobs and not body.logprobs:
        raise BadRequest("field_needs_other", param="top_logprobs", other="logprobs")
    stop = (body.stop,) if isinstance(body.stop, str) else tuple(body.stop or ())
    return Sampling(
        temperature=body.temperature,
        top_p=body.top_p,
        top_k=body.top_k,
        seed=body.seed,
        max_tokens=older if wanted is None else wanted,
        stop=stop,
        min_p=body.min_p,
        repetition_penalty=body.repetition_penalty,
        presence_penalty=body.presence_penalty or 0.0,
        frequency_penalty=body.frequency_penalty or 0.0,
        logit_bias=tuple((int(token), bias) for token, bias in (body.logit_bias or {}).items()),
        n=body.n or 1,
        logprobs=(body.top_logprobs or 0) if body.logprobs else None,
    )


def to_format(body: ChatBody) -> JsonFormat | None:
    wanted = body.response_format
    if isinstance(wanted, SchemaFormat):
        return JsonFormat(json.dumps(wanted.json_schema.schema_, ensure_ascii=False))
    return JsonFormat() if isinstance(wanted, AnyObjectFormat) else None
