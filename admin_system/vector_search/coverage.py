"""How much of a question a passage covers, between 0 and 1, so that a threshold means something."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from admin_system.vector_search.folding import fold
from admin_system.vector_search.tokens import held_tokens, tokenize

QUESTION_WORDS = (
    "什么时候 为什么 什么 怎么样 怎么 怎样 哪里 哪个 哪些 哪年 哪一 哪儿 哪 多少 几个 如何 为何 "
    "为啥 是谁 谁 吗 呢 请问 何时 何地 何人 是否"
)
"""An answer seldom repeats them, though they are rare in passages and so would weigh much."""
ASKING = re.compile("|".join(QUESTION_WORDS.split()))

TokenWeights = Mapping[str, float]


def inverse_frequency(passages: int, holding: int) -> float:
    """Robertson and Spärck Jones' idf, kept above zero as Lucene does."""
    return math.log1p((passages - holding + 0.5) / (holding + 0.5))


def asking_tokens(query: str) -> list[str]:
    """Each token of the question once, without the words that only ask."""
    tokens = tokenize(ASKING.sub(" ", fold(query))) or tokenize(query)
    return list(dict.fromkeys(tokens))


def coverage(weights: TokenWeights, passage: str) -> float:
    """Share 0..1 of the question's weight whose tokens stand in the passage."""
    total = sum(weights.values())
    if not total:
        return 0.0
    held = held_tokens(weights, passage)
    return min(1.0, sum(weights[token] for token in sorted(held)) / total)
