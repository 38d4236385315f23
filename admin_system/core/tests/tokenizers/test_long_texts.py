"""Cutting and counting texts of any make."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from admin_system.core.tests.golden import QWEN_VL
from admin_system.core.tokenizers.long_texts import BLANKS, cut_blanks, least_tokens
from admin_system.core.tokenizers.qwen import QwenTokenizer

TOKENIZER = QwenTokenizer.open(QWEN_VL / "ckpt-fp16")


SHORT = settings(derandomize=True, max_examples=30, deadline=None)


@SHORT
@given(st.lists(st.sampled_from([" ", "\n", "\u3000", "x"]), max_size=4), st.integers(1, 250_000))
def test_pieces_are_the_text_again(ends: list[str], blanks: int) -> None:
    pieces = list(cut_blanks((" " * blanks).join(ends)))
    assert "".join(pieces) == (" " * blanks).join(ends)
    for piece in pieces:
        assert max(map(len, re.findall(r"\s+", piece)), default=0) <= BLANKS


@SHORT
@given(st.text(max_size=300), st.integers(1, 400), st.integers(1, 5000))
def test_no_text_that_fits_is_taken_for_too_long(word: str, repeated: int, limit: int) -> None:
    text = word * repeated
    least = least_tokens(text, lambda part: len(TOKENIZER.encode(part)), limit)
    assert least <= len(TOKENIZER.encode(text))
