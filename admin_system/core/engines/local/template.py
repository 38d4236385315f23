"""Turns a conversation into tokens by the checkpoint's own chat template.

Only the template may write tokens that the vocabulary adds to its words (roles, pictures, calls of
tools, holes to fill in): what somebody types that looks like one stays plain text.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from admin_system.core.engines.local.disarming import (
    disarmed_message,
    disarmed_tool,
    parsed,
)
from admin_system.core.errors import BadRequest, ContextTooLong
from admin_system.core.families.tool_formats import CLOSE, OPEN, RESPONSE, ToolFormat, signature
from admin_system.core.grounding import GROUNDING_TOKENS
from admin_system.core.tokenizers.long_texts import cut_blanks, least_tokens
from admin_system.core.types import Message, PicturePart, Tool, ToolWish

SYSTEM_ROLES = ("system", "developer")
ROLES = {"developer": "system"}
"""The templates know system, user, assistant and tool."""
SAID_BY_ANSWERS = {OPEN, CLOSE, "<think>", "</think>"}
"""Templates look for them in an assistant's own earlier turns."""
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
        bare = json.loads(self._tokenizer.to_str()) | {"added_tokens": []}
        self._literal = Tokenizer.from_str(json.dumps(bare))
        """The same words without the tokens that were added to them."""
        added = {token.content for token in tokenizer.added_tokens_decoder.values()}
        self._forgeable = _any_of(added - GROUNDING_TOKENS)
        self._forgeable_by_answers = _any_of(added - GROUNDING_TOKENS - SAID_BY_ANSWERS)

    def encode(
        self, messages: Sequence[Message], tools: ToolWish | None = None, limit: int = 10**9
    ) -> list[int]:
        """With one placeholder for each picture, ready for the answer.

        Raises BadRequest; ContextTooLong as soon as there are more than `limit` tokens.
        """
        from jinja2 import TemplateError

        forged: list[str] = []
        nonce = f"\ue000{secrets.token_hex(8)}"

        def keep(match: re.Match[str]) -> str:
            forged.append(match[0])
            return f"{nonce}{len(forged) - 1}\ue001"

        def disarm(text: str) -> str:
            return self._forgeable.sub(keep, text)

        def disarm_answer(text: str) -> str:
            return self._forgeable_by_answers.sub(keep, text)

        messages = [
            disarmed_message(message, disarm_answer if message.role == "assistant" else disarm)
            for message in messages
        ]
        offered = [disarmed_tool(tool, disarm) for tool in (tools.tools if tools else ())]
        named: dict[str, Any] = {}
        if self._tool_format is not None and not self._knows_tools:
            messages = without_tools(messages, offered, self._tool_format)
        elif offered:
            named["tools"] = [signature(tool) for tool in offered]
        turns = [_turn(message) for message in messages]
        try:
            text = self._render(
                turns, tokenize=False, add_generation_prompt=True, **named, **PLAIN_ANSWERS
            )
        except TemplateError as error:
            raise BadRequest("conversation_refused", param="messages") from error
        ids: list[int] = []
        for number, piece in enumerate(re.split(f"{nonce}(\\d+)\ue001", text)):
            if number % 2:
                ids += _ids(self._literal, forged[int(piece)])
            else:
                least = least_tokens(piece, lambda part: len(_ids(self._tokenizer, part)), limit)
                if least > limit:
                    raise ContextTooLong(len(ids) + least, limit)
                for part in cut_blanks(piece):
                    ids += _ids(self._tokenizer, part)
            if len(ids) > limit:
                raise ContextTooLong(len(ids), limit)
        return ids


def _ids(tokenizer: Any, text: str) -> list[int]:
    ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
    return ids


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")


def _turn(message: Message) -> dict[str, Any]:
    turn: dict[str, Any] = {"role": ROLES.get(message.role, message.role)}
    if message.tool_calls:
        turn["tool_calls"] = [
            {
                "type": "function",
                "function": {"name": call.name, "arguments": parsed(call)},
            }
            for call in message.tool_calls
        ]
    if not message.pictures:
        return {**turn, "content": message.text}
    content = [
        {"type": "image"} if isinstance(part, PicturePart) else {"type": "text", "text": part.text}
        for part in message.parts
    ]
    return {**turn, "content": content}


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
