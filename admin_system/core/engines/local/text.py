"""Turns tokens into text as they come, never cutting a character."""

from __future__ import annotations

from typing import Any, Protocol

from admin_system.core.grounding import GROUNDING_TOKENS

UNFINISHED = "\ufffd"
"""What a decoder writes for the first bytes of a character whose rest has not come."""


def letters_of_bytes() -> dict[str, int]:
    """The letters that vocabularies of bytes write for each byte, as GPT-2 began it."""
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in visible]
    letters = {chr(byte): byte for byte in visible}
    return letters | {chr(256 + number): byte for number, byte in enumerate(hidden)}


BYTES = letters_of_bytes()


class Decoder(Protocol):
    """Tokens of one answer to its text."""

    @property
    def silent(self) -> frozenset[int]:
        """Special tokens that are no part of what is said."""

    def decode(self, ids: list[int]) -> str:
        """With UNFINISHED for bytes that are no whole character."""

    def bytes_of(self, token: int) -> bytes:
        """What one token stands for."""


class Detokenizer:
    """For vocabularies of bytes, where the text of tokens is the text of their bytes joined."""

    def __init__(self, tokenizer: Any) -> None:
        self._decode = tokenizer.backend_tokenizer.decode
        self.silent = frozenset(
            number
            for number, token in tokenizer.added_tokens_decoder.items()
            if token.special and token.content not in GROUNDING_TOKENS
        )

        self._added = tokenizer.added_tokens_decoder
        self._piece = tokenizer.backend_tokenizer.id_to_token

    def decode(self, ids: list[int]) -> str:
        text: str = self._decode(ids, skip_special_tokens=False)
        return text

    def bytes_of(self, token: int) -> bytes:
        if token in self._added:
            return str(self._added[token].content).encode()
        piece = self._piece(token) or ""
        try:
            return bytes(BYTES[letter] for letter in piece)
        except KeyError:  # a vocabulary of another kind
            return self.decode([token]).encode()


class TextStream:
    """The text of one answer."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._pending: list[int] = []
        self._sent = 0
        """Characters of the pending tokens that are out already."""

    def push(self, token: int) -> str:
        """The characters that are complete with this token.

        What is unfinished at the end of an answer is no character and never comes out.
        """
        if token in self._decoder.silent:
            return ""
        self._pending.append(token)
        text = self._decoder.decode(self._pending)
        # At most one unfinished character stands at the end; those before it are broken for good.
        sure = text.removesuffix(UNFINISHED)
        new = sure[self._sent :]
        if len(sure) == len(text):
            self._pending.clear()
            self._sent = 0
        else:
            self._sent = len(sure)
        return new
