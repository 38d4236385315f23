"""How many tokens a text has, about, without a tokenizer."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

CountTokens = Callable[[str], int]

WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
WORD = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|_")
WORD_TOKENS = 1.3
LONG = 12
"""Letters of a word or digits of a number from which on it counts for more."""


def count_tokens(text: str) -> int:
    """1 for a Chinese character, 1.3 for a word or number of another script or a sign; rounded
    up."""
    wide, text = len(WIDE.findall(text)), WIDE.sub(" ", text)
    words = sum(1 + (len(word) - 1) // LONG for word in WORD.findall(text))
    return wide + math.ceil(WORD_TOKENS * words)
