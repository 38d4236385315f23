"""Conversations of the 2023 Qwen-VL as ids: ChatML with pictures, and a window over the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from admin_system.core.tokenizers.qwen import GROUNDING_TAGS, QwenTokenizer
from admin_system.core.types import Message, TextPart

SYSTEM_ROLES = ("system", "developer")
DEFAULT_SYSTEM = "You are a helpful assistant."
PICTURE_TOKENS = 256
HISTORY_WINDOW = 6144
"""`max_window_size` of the published generation_config.json."""


@dataclass(frozen=True, slots=True)
class PictureSlot:
    """Where the features of one picture replace the embeddings."""

    picture: int
    """Place of the picture in the conversation, from 0."""
    tag: int
    """Index of the `<img>` id; the picture's own ids, `PICTURE_TOKENS` of them, follow it."""

    @property
    def first(self) -> int:
        return self.tag + 1


@dataclass(frozen=True, slots=True)
class QwenPrompt:
    ids: tuple[int, ...]
    slots: tuple[PictureSlot, ...]
    """In order; pictures of turns that fell out of the window are not among them."""


class QwenChat:
    """Renders messages with one tokenizer.

    Nothing that a caller writes becomes a special token, but for the grounding tags in the
    assistant's own earlier answers. The published code opens whatever stands between `<img>` tags
    as a path or an address; here the tags are written for decoded pictures only, around padding.

    The system text stands in its own block, as in the published `chat()`. (The project's
    openai_api.py folds it into the first question instead, where the history window would lose it.)
    """

    def __init__(
        self,
        tokenizer: QwenTokenizer,
        *,
        picture_tokens: int = PICTURE_TOKENS,
        window: int = HISTORY_WINDOW,
    ) -> None:
        self._tokenizer = tokenizer
        self._window = window
        """Tokens of the system text and the kept turns; the last turn is not counted."""
        self._newline = tokenizer.encode("\n")
        self._slot = [
            tokenizer.picture_start,
            *[tokenizer.picture_pad] * picture_tokens,
            tokenizer.picture_end,
        ]

    def render(self, messages: Sequence[Message]) -> QwenPrompt:
        """The prompt up to where the assistant's next answer begins."""
        system = "\n".join(m.text for m in messages if m.role in SYSTEM_ROLES)
        *history, query = self._turns(messages)
        kept = self._block("system", self._tokenizer.encode(system or DEFAULT_SYSTEM))
        room = self._window - len(kept)
        turns: list[list[int]] = []
        for turn in reversed(history):
            room -= len(turn)
            if room <= 0:
                break
            turns.insert(0, turn)
        ids = [*kept, *(token for turn in (*turns, query) for token in turn)]
        ids += [*self._newline, self._tokenizer.start_of_turn]
        ids += [*self._tokenizer.encode("assistant"), *self._newline]
        starts = [at for at, token in enumerate(ids) if token == self._tokenizer.picture_start]
        shown = _shown_pictures(messages)
        kept_pictures = shown[len(shown) - len(starts) :]
        slots = (PictureSlot(*place) for place in zip(kept_pictures, starts, strict=True))
        return QwenPrompt(tuple(ids), tuple(slots))

    def _turns(self, messages: Sequence[Message]) -> list[list[int]]:
        """Ids of each question with its answers; at least one, which may be empty."""
        turns: list[list[int]] = [[]]
        number = 0
        answered = False
        for message in messages:
            if message.role in SYSTEM_ROLES:
                number += len(message.pictures)
                continue
            assistant = message.role == "assistant"
            if answered and not assistant:
                turns.append([])
            answered = assistant
            content = self._content(message, number)
            number += len(message.pictures)
            role = "assistant" if assistant else "user"  # the checkpoint knows no tools
            turns[-1] += [*self._newline, *self._block(role, content)]
        return turns

    def _block(self, role: str, content: Sequence[int]) -> list[int]:
        """The role, the line end and the content are encoded apart, so that they never merge."""
        start, end = self._tokenizer.start_of_turn, self._tokenizer.end_of_turn
        return [start, *self._tokenizer.encode(role), *self._newline, *content, end]

    def _content(self, message: Message, number: int) -> list[int]:
        """`Picture N: <img>…</img>` on a line of its own, N counted through the conversation."""
        allowed = GROUNDING_TAGS if message.role == "assistant" else ()
        ids: list[int] = []
        text = ""
        for part in message.parts:
            if isinstance(part, TextPart):
                text += part.text
                continue
            number += 1
            line = "\n" if text and not text.endswith("\n") else ""
            ids += self._tokenizer.encode(f"{text}{line}Picture {number}: ", allowed)
            ids += self._slot
            text = "\n"
        return ids + self._tokenizer.encode(text, allowed)


def _shown_pictures(messages: Sequence[Message]) -> list[int]:
    """Places in the conversation of the pictures that stand in turns, in order."""
    roles = [message.role for message in messages for _ in message.pictures]
    return [place for place, role in enumerate(roles) if role not in SYSTEM_ROLES]
