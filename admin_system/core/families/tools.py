"""Calls of tools in an answer: what a model wants to have done, and with which values.

Sources: the chat templates of Qwen3-VL (`<tool_call>` around one JSON object) and of Qwen3.5
(`<function=NAME>` around `<parameter=KEY>` values). Those templates also describe the tools to the
model, so nothing is worded here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

ToolGrammar = Literal["json", "tags"]
CALL = re.compile(r"<tool_call>(.*?)</tool_call>", re.DOTALL)
FUNCTION = re.compile(r"<function=([^<>\s]+)>(.*?)</function>", re.DOTALL)
PARAMETER = re.compile(r"<parameter=([^<>\s]+)>\n?(.*?)\n?</parameter>", re.DOTALL)

Types = Mapping[str, Mapping[str, object]]
"""Tool -> parameter -> its type in JSON schema; unknown ones are read as they look."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    name: str
    arguments: Mapping[str, object]


def find_calls(text: str, grammar: ToolGrammar, types: Types | None = None) -> tuple[ToolCall, ...]:
    """In their order; malformed and cut off ones are left out, never an exception."""
    read: Callable[[str, Types], ToolCall | None] = _read_json if grammar == "json" else _read_tags
    found = (read(match[1], types or {}) for match in CALL.finditer(text))
    return tuple(call for call in found if call is not None)


def without_calls(text: str) -> str:
    """What is said beside the calls."""
    return CALL.sub("", text).strip()


def read_types(tools: Sequence[Mapping[str, object]]) -> Types:
    """From tools as OpenAI's API declares them."""
    types: dict[str, Mapping[str, object]] = {}
    for tool in tools:
        function = tool.get("function")
        if not isinstance(function, Mapping):
            continue
        schema = function.get("parameters")
        properties = schema.get("properties") if isinstance(schema, Mapping) else None
        fields = properties if isinstance(properties, Mapping) else {}
        types[str(function.get("name"))] = {
            name: field.get("type") for name, field in fields.items() if isinstance(field, Mapping)
        }
    return types


def _read_json(text: str, types: Types) -> ToolCall | None:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or not isinstance(fields.get("name"), str):
        return None
    arguments = fields.get("arguments", {})
    return ToolCall(fields["name"], arguments) if isinstance(arguments, dict) else None


def _read_tags(text: str, types: Types) -> ToolCall | None:
    match = FUNCTION.search(text)
    if match is None:
        return None
    known = types.get(match[1], {})
    values = {
        name: _read_value(value, known.get(name)) for name, value in PARAMETER.findall(match[2])
    }
    return ToolCall(match[1], values)


def _read_value(text: str, kind: object) -> object:
    """What stands between tags is text; only its declared type makes it anything else."""
    if kind == "string":
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
