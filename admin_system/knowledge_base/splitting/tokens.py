"""How many tokens a text has, about, without a tokenizer."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

CountTokens = Callable[[str], int]

WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
WORD = re.compile(r"[^\W\d_]{1,12}|\d{1,12}|[^\w\s]|_")
"""Of a word or number that is longer than 12 letters, each 12 count for one."""
WORD_TOKENS = 1.3


def count_tokens(text: str) -> int:
    """1 for a Chinese character, 1.3 for a word or number of another script or a sign; rounded
    up."""
    wide, text = len(WIDE.findall(text)), WIDE.sub(" ", text)
    return wide + math.ceil(WORD_TOKENS * len(WORD.findall(text)))
