"""A validated chat body -> core's ChatRequest, with its pictures read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from admin_system.api.limits import MAX_PICTURES
from admin_system.api.protocol.openai import (
    AnyObjectFormat,
    ChatBody,
    FunctionBody,
    MessageBody,
    NamedTool,
    PicturePartBody,
    SchemaFormat,
    TextPartBody,
)
from admin_system.api.protocol.strict_json import read_object
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
    Tool,
    ToolCall,
    ToolWish,
)

ReadPicture = Callable[[str, str], Picture]
"""(address, param) -> the picture; raises BadRequest that names `param`."""


def to_chat_request(
    body: ChatBody,
    read_picture: ReadPicture,
    *,
    owner: str,
    request_id: str,
    on_behalf_of: str = "",
) -> ChatRequest:
    """Blocks while the pictures are decoded. Raises BadRequest."""
    check_pictures(body)
    messages = tuple(
        to_message(message, f"messages[{place}]", read_picture)
        for place, message in enumerate(body.messages)
    )
    return ChatRequest(
        messages,
        to_sampling(body),
        owner,
        request_id,
        to_format(body),
        to_tools(body),
        on_behalf_of=on_behalf_of,
    )


def check_pictures(body: ChatBody) -> None:
    """Counts before anything is decoded."""
    count = 0
    for place, message in enumerate(body.messages):
        if message.content is None and not message.tool_calls:
            raise BadRequest("field_missing", param=f"messages[{place}].content")
        if message.tool_calls and message.role != "assistant":
            raise BadRequest("field_not_honoured", param=f"messages[{place}].tool_calls")
        if not isinstance(message.content, list):
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


def list_pictures(body: ChatBody) -> Iterator[tuple[str, str]]:
    """(address, param) of each, after they were counted. Raises BadRequest."""
    check_pictures(body)
    for place, message in enumerate(body.messages):
        if isinstance(message.content, list):
            for number, part in enumerate(message.content):
                if isinstance(part, PicturePartBody):
                    yield part.image_url.url, f"messages[{place}].content[{number}].image_url"


def to_message(body: MessageBody, param: str, read_picture: ReadPicture) -> Message:
    calls = tuple(
        ToolCall(call.id, call.function.name, read_arguments(call.function.arguments, param, place))
        for place, call in enumerate(body.tool_calls or ())
    )
    if not isinstance(body.content, list):
        parts_of_text = (TextPart(body.content),) if body.content else ()
        return Message(body.role, parts_of_text, calls, body.tool_call_id or "")
    parts: list[Part] = []
    for number, part in enumerate(body.content):
        if isinstance(part, PicturePartBody):
            address = part.image_url.url
            picture = read_picture(address, f"{param}.content[{number}].image_url")
            parts.append(PicturePart(picture, part.image_url.detail))
        elif isinstance(part, TextPartBody):
            parts.append(TextPart(part.text))
    return Message(body.role, tuple(parts), calls, body.tool_call_id or "")


def read_arguments(text: str, param: str, place: int) -> str:
    """As strictly as a body is read: what they hold is repeated to models and to callers.

    Raises BadRequest where they are no JSON object: no template could write them.
    """
    try:
        read_object(text or "{}", example="{}")
    except BadRequest:
        param = f"{param}.tool_calls[{place}].function.arguments"
        raise BadRequest("field_wrong", param=param) from None
    return text or "{}"


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


def to_tools(body: ChatBody) -> ToolWish | None:
    """None where no tool may be called. Raises BadRequest."""
    choice = body.tool_choice
    if choice == "none" or (not body.tools and choice in (None, "auto")):
        return None
    tools = [to_tool(tool.function) for tool in body.tools or ()]
    if isinstance(choice, NamedTool):
        tools = [tool for tool in tools if tool.name == choice.function.name]
    if not tools:
        raise BadRequest("tool_unknown", param="tool_choice")
    forced = choice == "required" or isinstance(choice, NamedTool)
    if forced and to_format(body) is not None:
        raise BadRequest("fields_conflict", param="tool_choice", other="response_format")
    parallel = body.parallel_tool_calls is not False and not isinstance(choice, NamedTool)
    return ToolWish(tuple(tools), "required" if forced else "auto", parallel)


def to_tool(body: FunctionBody) -> Tool:
    nothing: dict[str, object] = {"type": "object", "properties": {}}
    parameters = json.dumps(body.parameters or nothing, ensure_ascii=False)
    return Tool(body.name, body.description or "", parameters)
