"""Turns a conversation into tokens by the checkpoint's own chat template.

Only the template may write special tokens: what a user types that looks like one stays plain text.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from admin_system.core.errors import BadRequest
from admin_system.core.families.tool_formats import RESPONSE, ToolFormat, signature
from admin_system.core.grounding import GROUNDING_TOKENS
from admin_system.core.types import Message, PicturePart, Tool, ToolWish

Disarm = Callable[[str], str]
SYSTEM_ROLES = ("system", "developer")
ROLES = {"developer": "system"}
"""The templates know system, user, assistant and tool."""
PLAIN_ANSWERS = {"enable_thinking": False}
"""Templates that may open a draft of thoughts (Qwen3.5) are asked for the answer alone, as the wire
has no field for drafts; the others have no such switch."""


class Template:
    """Callable from several threads at once."""

    def __init__(self, tokenizer: Any, tool_format: ToolFormat | None = None) -> None:
        from tokenizers import Tokenizer

        self._tool_format = tool_format
        self._knows_tools = "tools" in str(tokenizer.chat_template)

        self._render = tokenizer.apply_chat_template
        self._tokenizer = tokenizer.backend_tokenizer
        # A copy, because the switch is a state of the tokenizer and others read at the same time.
        self._literal = Tokenizer.from_str(self._tokenizer.to_str())
        self._literal.encode_special_tokens = True
        special = {
            token.content
            for token in tokenizer.added_tokens_decoder.values()
            if token.special and token.content not in GROUNDING_TOKENS
        }
        longest_first = sorted(special, key=len, reverse=True)
        self._forgeable = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def encode(self, messages: Sequence[Message], tools: ToolWish | None = None) -> list[int]:
        """With one placeholder for each picture, ready for the answer. Raises BadRequest."""
        from jinja2 import TemplateError

        forged: list[str] = []
        nonce = f"\ue000{secrets.token_hex(8)}"

        def disarm(text: str) -> str:
            def keep(match: re.Match[str]) -> str:
                forged.append(match[0])
                return f"{nonce}{len(forged) - 1}\ue001"

            return self._forgeable.sub(keep, text)

        offered = tools.tools if tools is not None else ()
        named: dict[str, Any] = {}
        if self._tool_format is not None and not self._knows_tools:
            messages = without_tools(messages, offered, self._tool_format)
        elif offered:
            named["tools"] = [disarm_all(signature(tool), disarm) for tool in offered]
        turns = [_turn(message, disarm) for message in messages]
        try:
            text = self._render(
                turns, tokenize=False, add_generation_prompt=True, **named, **PLAIN_ANSWERS
            )
        except TemplateError as error:
            raise BadRequest("conversation_refused", param="messages") from error
        ids: list[int] = []
        for number, piece in enumerate(re.split(f"{nonce}(\\d+)\ue001", text)):
            if number % 2:
                encoding = self._literal.encode(forged[int(piece)], add_special_tokens=False)
            else:
                encoding = self._tokenizer.encode(piece, add_special_tokens=False)
            ids.extend(encoding.ids)
        return ids


def _turn(message: Message, disarm: Disarm) -> dict[str, Any]:
    turn: dict[str, Any] = {"role": ROLES.get(message.role, message.role)}
    if message.tool_calls:
        turn["tool_calls"] = [
            {
                "type": "function",
                "function": {
                    "name": disarm(call.name),
                    "arguments": disarm_all(json.loads(call.arguments or "{}"), disarm),
                },
            }
            for call in message.tool_calls
        ]
    if not message.pictures:
        return {**turn, "content": disarm(message.text)}
    content = [
        {"type": "image"}
        if isinstance(part, PicturePart)
        else {"type": "text", "text": disarm(part.text)}
        for part in message.parts
    ]
    return {**turn, "content": content}


def disarm_all(value: Any, disarm: Disarm) -> Any:
    """In every text of a JSON value."""
    if isinstance(value, str):
        return disarm(value)
    if isinstance(value, list):
        return [disarm_all(item, disarm) for item in value]
    if isinstance(value, dict):
        return {disarm(key): disarm_all(item, disarm) for key, item in value.items()}
    return value


def without_tools(
    messages: Sequence[Message], tools: Sequence[Tool], form: ToolFormat
) -> list[Message]:
    """The same conversation for a template that knows no tools: all of it in words."""
    said: list[Message] = []
    for message in messages:
        if message.role == "tool":
            text = f"{RESPONSE[0]}{message.text}{RESPONSE[1]}"
            if (
                said
                and said[-1].role == "user"
                and messages
                and said[-1].text.endswith(RESPONSE[1])
            ):
                text = f"{said.pop().text}\n{text}"
            said.append(Message.of_text("user", text))
        elif message.tool_calls:
            calls = "\n".join(form.write(call) for call in message.tool_calls)
            text = f"{message.text}\n{calls}" if message.text else calls
            said.append(Message.of_text("assistant", text))
        else:
            said.append(message)
    if tools:
        description = form.describe(tools)
        if said and said[0].role in SYSTEM_ROLES:
            description = f"{said.pop(0).text}\n\n{description}"
        said.insert(0, Message.of_text("system", description))
    return said
