"""Every text of a message or a tool passed through one function, before anything is worded."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from admin_system.core.tools import Tool, ToolCall
from admin_system.core.types import Message, Part, TextPart

Disarm = Callable[[str], str]


def disarmed_message(message: Message, disarm: Disarm) -> Message:
    """Texts that follow each other are one: templates write them without anything between, and
    half a token in each would be a whole one."""
    parts: list[Part] = []
    for part in message.parts:
        if isinstance(part, TextPart) and parts and isinstance(parts[-1], TextPart):
            parts[-1] = TextPart(parts[-1].text + part.text)
        else:
            parts.append(part)
    return replace(
        message,
        parts=tuple(
            TextPart(disarm(part.text)) if isinstance(part, TextPart) else part for part in parts
        ),
        tool_calls=tuple(
            ToolCall(call.id, disarm(call.name), _disarmed_json(call.arguments or "{}", disarm))
            for call in message.tool_calls
        ),
    )


def disarmed_tool(tool: Tool, disarm: Disarm) -> Tool:
    parameters = _disarmed_json(tool.parameters, disarm)
    return Tool(disarm(tool.name), disarm(tool.description), parameters)


def parsed(call: ToolCall) -> Any:
    """Its arguments as templates take them."""
    return json.loads(call.arguments or "{}")


def disarm_all(value: Any, disarm: Disarm) -> Any:
    """In every text of a JSON value."""
    if isinstance(value, str):
        return disarm(value)
    if isinstance(value, list):
        return [disarm_all(item, disarm) for item in value]
    if isinstance(value, dict):
        return {disarm(key): disarm_all(item, disarm) for key, item in value.items()}
    return value


def _disarmed_json(text: str, disarm: Disarm) -> str:
    """As it was written where nothing in it is forged; escapes (`\\u003c`) hide nothing."""
    value = json.loads(text)
    harmless = disarm_all(value, disarm)
    return text if harmless == value else json.dumps(harmless, ensure_ascii=False)
