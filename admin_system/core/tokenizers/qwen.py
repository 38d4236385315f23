"""The byte-level tokenizer of the 2023 Qwen checkpoints, read from `qwen.tiktoken`."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from unicodedata import normalize

import tiktoken

from admin_system.core.errors import LoadError
from admin_system.core.tokenizers.long_texts import cut_blanks

VOCABULARY_FILE = "qwen.tiktoken"

PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""Where text is cut before the byte pairs are merged (tokenization_qwen.py of the checkpoint)."""

CONTROL_TAGS = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    *(f"<|extra_{number}|>" for number in range(205)),
)
GROUNDING_TAGS = ("<ref>", "</ref>", "<box>", "</box>", "<quad>", "</quad>")
PICTURE_TAGS = ("<img>", "</img>", "<imgpad>")


class QwenTokenizer:
    """Text to ids and back; thread-safe after it is made.

    The special ids follow the ranks of the vocabulary in a fixed order, so that a cut vocabulary
    has its own: nothing here counts on the published numbers.
    """

    def __init__(self, ranks: dict[bytes, int]) -> None:
        tags = (*CONTROL_TAGS, *GROUNDING_TAGS, *PICTURE_TAGS)
        self.special_ids = {tag: len(ranks) + place for place, tag in enumerate(tags)}
        self.vocabulary_size = len(ranks) + len(tags)
        """One more than the highest id; the checkpoint's tables may have more rows."""
        self.end_of_text = self.special_ids["<|endoftext|>"]
        self.start_of_turn = self.special_ids["<|im_start|>"]
        self.end_of_turn = self.special_ids["<|im_end|>"]
        self.picture_start = self.special_ids["<img>"]
        self.picture_end = self.special_ids["</img>"]
        self.picture_pad = self.special_ids["<imgpad>"]
        self.stop_ids = (self.end_of_text, self.end_of_turn, self.start_of_turn)
        grounding = {self.special_ids[tag] for tag in GROUNDING_TAGS}
        self.silent = frozenset(self.special_ids.values()) - grounding
        """Special ids that are no part of what is said."""
        self._encoding = tiktoken.Encoding(
            "qwen", pat_str=PATTERN, mergeable_ranks=ranks, special_tokens=self.special_ids
        )

    @classmethod
    def open(cls, folder: Path) -> QwenTokenizer:
        """Raises LoadError when the vocabulary is missing, damaged or not closed over bytes."""
        try:
            data = (folder / VOCABULARY_FILE).read_bytes()
        except OSError as error:
            raise LoadError("tokenizer_missing", file=VOCABULARY_FILE) from error
        ranks = dict(_read_ranks(data))
        complete = all(bytes([value]) in ranks for value in range(256))
        if not complete or any(b - a != 1 for a, b in pairwise(sorted([-1, *ranks.values()]))):
            raise LoadError("tokenizer_damaged", file=VOCABULARY_FILE)
        return cls(ranks)

    def encode(self, text: str, allowed: Iterable[str] = ()) -> list[int]:
        """Ids of `text`; a special tag is text like any other unless it is in `allowed`."""
        pieces = cut_blanks(normalize("NFC", text))
        return [token for piece in pieces for token in self._encode(piece, set(allowed))]

    def _encode(self, piece: str, allowed: set[str]) -> list[int]:
        return self._encoding.encode(piece, allowed_special=allowed, disallowed_special=())

    def decode_bytes(self, ids: Iterable[int], *, special: bool = False) -> bytes:
        """The bytes of an answer, grounding tags kept; a character may be cut at the end.

        The other special tags are left out unless `special` is set. Ids beyond the vocabulary
        (unused rows of the output layer) give nothing.
        """
        known = (token for token in ids if 0 <= token < self.vocabulary_size)
        kept = [token for token in known if special or token not in self.silent]
        return self._encoding.decode_bytes(kept)

    def open_grammar_tokenizer(self) -> Any:
        """This vocabulary as llguidance takes it."""
        from llguidance.tiktoken import lltokenizer_from_encoding

        return lltokenizer_from_encoding(self._encoding, eos_token=self.end_of_turn)

    def bytes_of(self, token: int) -> bytes:
        """What one token stands for; nothing where no word has its number."""
        return self.decode_bytes([token], special=True)

    def decode(self, ids: Iterable[int], *, special: bool = False) -> str:
        """As `decode_bytes`, with U+FFFD in place of what is no UTF-8."""
        return self.decode_bytes(ids, special=special).decode("utf-8", errors="replace")


def _read_ranks(data: bytes) -> Iterator[tuple[bytes, int]]:
    """`base64(bytes) rank` per line, whatever the line ends (git on Windows writes CRLF)."""
    fields = data.split()
    if len(fields) % 2:
        raise LoadError("tokenizer_damaged", file=VOCABULARY_FILE)
    for token, rank in zip(fields[::2], fields[1::2], strict=True):
        try:
            yield b64decode(token, validate=True), int(rank)
        except (BadBase64, ValueError) as error:
            raise LoadError("tokenizer_damaged", file=VOCABULARY_FILE) from error
