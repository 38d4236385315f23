"""Turns a conversation into tokens by the checkpoint's own chat template.

Only the template may write special tokens: what a user types that looks like one stays plain text.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import Any

from admin_system.core.errors import BadRequest
from admin_system.core.grounding import GROUNDING_TOKENS
from admin_system.core.types import Message, PicturePart

ROLES = {"developer": "system"}
"""The templates know system, user, assistant and tool."""
PLAIN_ANSWERS = {"enable_thinking": False}
"""Templates that may open a draft of thoughts (Qwen3.5) are asked for the answer alone, as the wire
has no field for drafts; the others have no such switch."""


class Template:
    """Callable from several threads at once."""

    def __init__(self, tokenizer: Any) -> None:
        from tokenizers import Tokenizer

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

    def encode(self, messages: Sequence[Message]) -> list[int]:
        """With one placeholder for each picture, ready for the answer. Raises BadRequest."""
        from jinja2 import TemplateError

        forged: list[str] = []
        nonce = f"\ue000{secrets.token_hex(8)}"

        def disarm(text: str) -> str:
            def keep(match: re.Match[str]) -> str:
                forged.append(match[0])
                return f"{nonce}{len(forged) - 1}\ue001"

            return self._forgeable.sub(keep, text)

        turns = [_turn(message, disarm) for message in messages]
        try:
            text = self._render(turns, tokenize=False, add_generation_prompt=True, **PLAIN_ANSWERS)
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


def _turn(message: Message, disarm: Any) -> dict[str, Any]:
    role = ROLES.get(message.role, message.role)
    if not message.pictures:
        return {"role": role, "content": disarm(message.text)}
    content = [
        {"type": "image"}
        if isinstance(part, PicturePart)
        else {"type": "text", "text": disarm(part.text)}
        for part in message.parts
    ]
    return {"role": role, "content": content}
