"""How the families write calls of tools: as JSON, or as tags around each argument.

Both stand between `<tool_call>` and `</tool_call>`. Sources: the chat templates of Qwen2.5 and
Qwen3-VL (JSON, the form of Hermes), of Qwen3.5 (tags).
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from admin_system.core.tools import Tool, ToolCall

OPEN, CLOSE = "<tool_call>", "</tool_call>"
QUOTE = re.compile(r'\\.|"')
RESPONSE = ("<tool_response>\n", "\n</tool_response>")
INTRODUCTION = """# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
<tools>
{signatures}
</tools>

"""


class ToolFormat(ABC):
    instruction: str
    """Behind the signatures, for templates that know no tools."""

    @abstractmethod
    def write(self, call: ToolCall) -> str:
        """A call as the model would have written it."""

    @abstractmethod
    def read(self, body: str, tools: Sequence[Tool]) -> tuple[str, str] | None:
        """Name and arguments (JSON) of what stands between the tags; None where it is no call."""

    @abstractmethod
    def _is_text(self, before: str) -> bool:
        """Whether a closing tag behind this part of a call is one of its values' own words."""

    def find_end(self, body: str) -> int | None:
        """The place of the tag that ends a call; None while it has not come."""
        end = body.find(CLOSE)
        while end >= 0 and self._is_text(body[:end]):
            end = body.find(CLOSE, end + 1)
        return end if end >= 0 else None

    @abstractmethod
    def body_rules(self, tools: Sequence[Tool]) -> str:
        """Rules of what stands between the tags, `body`, in llguidance's dialect of Lark."""

    def grammar(self, tools: Sequence[Tool], tags: tuple[str, str], *, several: bool) -> str:
        """Of an answer that is nothing but calls; `tags` are the opening and the closing one as
        the dialect names them: quoted, or by the number of their token."""
        more = ' ("\\n" call)*' if several else ""
        call = f'call: {tags[0]} "\\n" body "\\n" {tags[1]}'
        return f"start: call{more}\n{call}\n{self.body_rules(tools)}\n"

    def describe(self, tools: Sequence[Tool]) -> str:
        """A system text."""
        signatures = "\n".join(json.dumps(signature(tool), ensure_ascii=False) for tool in tools)
        return INTRODUCTION.format(signatures=signatures) + self.instruction


def signature(tool: Tool) -> dict[str, object]:
    """As OpenAI has it, and chat templates take it."""
    function = {
        "name": tool.name,
        "description": tool.description,
        "parameters": json.loads(tool.parameters),
    }
    return {"type": "function", "function": function}


class JsonCalls(ToolFormat):
    instruction = (
        "For each function call, return a json object with function name and arguments within "
        "<tool_call></tool_call> XML tags:\n<tool_call>\n"
        '{"name": <function-name>, "arguments": <args-json-object>}\n</tool_call>'
    )

    def write(self, call: ToolCall) -> str:
        name = json.dumps(call.name, ensure_ascii=False)
        return f'{OPEN}\n{{"name": {name}, "arguments": {call.arguments}}}\n{CLOSE}'

    def read(self, body: str, tools: Sequence[Tool]) -> tuple[str, str] | None:
        try:
            call = json.loads(body)
        except (ValueError, RecursionError):
            return None
        if not isinstance(call, dict) or not isinstance(call.get("name"), str):
            return None
        arguments = call.get("arguments", {})
        if isinstance(arguments, str):  # some models write the arguments as text once more
            return sendable(call["name"], arguments)
        return sendable(call["name"], write_arguments(arguments))

    def _is_text(self, before: str) -> bool:
        """In a string, which does not go beyond its line."""
        line = before[before.rfind("\n") + 1 :]
        quotes = sum(mark == '"' for mark in QUOTE.findall(line))
        return quotes % 2 == 1 and before.lstrip().startswith("{")

    def body_rules(self, tools: Sequence[Tool]) -> str:
        calls = [
            {
                "type": "object",
                "properties": {
                    "name": {"const": tool.name},
                    "arguments": json.loads(tool.parameters),
                },
                "required": ["name", "arguments"],
                "additionalProperties": False,
            }
            for tool in tools
        ]
        schema = json.dumps({"anyOf": calls, "x-guidance": {"whitespace_flexible": False}})
        return f"body: %json {schema}"


FUNCTION = re.compile(r"<function=([^>\n]+)>(.*)", re.DOTALL)
PARAMETER = re.compile(r"<parameter=([^<>\n]+)>\n?(.*?)\n?</parameter>", re.DOTALL)
END_OF_PARAMETER, END_OF_FUNCTION = "</parameter>", "</function>"


class TaggedCalls(ToolFormat):
    instruction = (
        "If you choose to call a function ONLY reply in the following format with NO suffix:\n\n"
        "<tool_call>\n<function=example_function_name>\n<parameter=example_parameter_1>\nvalue_1\n"
        "</parameter>\n</function>\n</tool_call>"
    )

    def write(self, call: ToolCall) -> str:
        arguments = json.loads(call.arguments)
        lines = [
            f"<parameter={name}>\n"
            f"{value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}\n"
            "</parameter>\n"
            for name, value in arguments.items()
        ]
        return f"{OPEN}\n<function={call.name}>\n{''.join(lines)}</function>\n{CLOSE}"

    def read(self, body: str, tools: Sequence[Tool]) -> tuple[str, str] | None:
        match = FUNCTION.fullmatch(body.strip().removesuffix(END_OF_FUNCTION))
        if match is None:
            return None
        name = match[1].strip()
        known = next((list_properties(tool) for tool in tools if tool.name == name), {})
        whole, end, _rest = match[2].rpartition(END_OF_PARAMETER)  # what begins behind it has none
        arguments = {
            key.strip(): _to_value(text, known.get(key.strip(), {}))
            for key, text in PARAMETER.findall(whole + end)
        }
        return sendable(name, write_arguments(arguments))

    def _is_text(self, before: str) -> bool:
        """In an argument that has begun and not ended; a model may have forgotten its end."""
        begun = before.rfind("<parameter=") > before.rfind(END_OF_PARAMETER)
        return begun and not before.rstrip().endswith(END_OF_FUNCTION)

    def body_rules(self, tools: Sequence[Tool]) -> str:
        rules = ["body: " + " | ".join(f"tool_{number}" for number in range(len(tools)))]
        for number, tool in enumerate(tools):
            stated = json.loads(tool.parameters).get("required")
            required = stated if isinstance(stated, list) else []
            parts = []
            for place, (key, kind) in enumerate(list_properties(tool).items()):
                rule = f"value_{number}_{place}"
                text = _lark(f"<parameter={key}>\n"), _lark("\n</parameter>\n")
                part = f"({text[0]} {rule} {text[1]})"
                parts.append(part if key in required else part + "?")
                free = isinstance(kind, dict) and kind.get("type") == "string"
                plain = free and "enum" not in kind
                rules.append(f"{rule}: " + ("/[^<]*/" if plain else _values(kind)))
            head, tail = _lark(f"<function={tool.name}>\n"), _lark(END_OF_FUNCTION)
            rules.append(f"tool_{number}: {head} {' '.join(parts)} {tail}")
        return "\n".join(rules)


def list_properties(tool: Tool) -> dict[str, Any]:
    """None of those that are no object: `null`, for example, where a tool takes no arguments."""
    properties = json.loads(tool.parameters).get("properties")
    return properties if isinstance(properties, dict) else {}


def _values(kind: object) -> str:
    """Strings stand without quotes, all else is JSON."""
    choices = kind.get("enum") if isinstance(kind, dict) else None
    if isinstance(choices, list) and all(isinstance(one, str) for one in choices):
        return " | ".join(map(_lark, choices))
    return f"%json {json.dumps(kind)}"


def write_arguments(arguments: object) -> str | None:
    """None for what JSON has no numbers for (NaN, infinities), or for what is too deep."""
    try:
        return json.dumps(arguments, ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError):
        return None


def sendable(name: str, arguments: str | None) -> tuple[str, str] | None:
    """Both as they are; None where halves of characters in them could not be sent."""
    if arguments is None:
        return None
    try:
        f"{name}{arguments}".encode()
    except UnicodeEncodeError:
        return None
    return name, arguments


def _lark(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _to_value(text: str, schema: object) -> object:
    """What stands between tags is text where the schema wants text, else JSON where it is some."""
    if isinstance(schema, dict) and schema.get("type") == "string":
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
