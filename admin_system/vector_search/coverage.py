"""How much of a question a passage covers, between 0 and 1, so that a threshold means something."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache

from admin_system.vector_search.folding import fold
from admin_system.vector_search.tokens import (
    SCRIPTS_WITHOUT_SPACES,
    WORD,
    held_tokens,
    tokenize,
)

QUESTION_WORDS = (
    "什么时候 为什么 什么 怎么样 怎么 怎样 哪里 哪个 哪些 哪年 哪一 哪儿 哪 多少 几个 如何 为何 "
    "为啥 是谁 谁 吗 呢 请问 何时 何地 何人 是否"
)
"""An answer seldom repeats them, though they are rare in passages and so would weigh much."""
ASKING = re.compile("|".join(QUESTION_WORDS.split()))

FUNCTION_WORDS = (
    "a an the is are was were be been being am do does did done doing has have had having of in on "
    "at to for from by with and or but so as if than then that this these those it its he him his "
    "she her hers they them their we us our you your i me my what when where who whom whose which "
    "why how much many long often can could should would will shall may might must there here "
    "please tell about into over under between during after before not no nor only also just very "
    "too some any all each every both other another such same up down out off name called known "
    "的 了 是 在 有 和 与 及 为 被 把 这 那 个 之 其 以 于 而 对 从 到 也 都 就 并 或 等 所 由 向 "
    "它 他 她 们 我 你 您 会 能 可 要 将 让 给 因 此 但 不"
)
"""They say nothing of what is asked about. Where most passages are in the other language they are
rare, and would weigh as much as names."""

TokenWeights = Mapping[str, float]
LENGTH = 20
"""Of a passage, as `length_of`, beyond which it covers noticeably more by chance."""
WORD_LENGTH = 1.5
WIDE = re.compile(f"[{SCRIPTS_WITHOUT_SPACES}]")


def inverse_frequency(passages: int, holding: int) -> float:
    """Robertson and Spärck Jones' idf, kept above zero as Lucene does."""
    return math.log1p((passages - holding + 0.5) / (holding + 0.5))


@lru_cache(maxsize=1)
def function_tokens() -> frozenset[str]:
    return frozenset(tokenize(FUNCTION_WORDS))


def content_tokens(query: str) -> list[str]:
    """Each token of the question once, without the words that only ask or join."""
    tokens = tokenize(ASKING.sub(" ", fold(query)))
    return [token for token in dict.fromkeys(tokens) if token not in function_tokens()]


def asking_tokens(query: str) -> list[str]:
    """As `content_tokens`; of a question that has none, all."""
    return content_tokens(query) or list(dict.fromkeys(tokenize(query)))


def coverage(weights: TokenWeights, passage: str) -> float:
    """Share 0..1 of the question's weight whose tokens stand in the passage."""
    total = sum(weights.values())
    if not total:
        return 0.0
    held = held_tokens(weights, passage)
    return min(1.0, sum(weights[token] for token in sorted(held)) / total)


def length_of(text: str) -> float:
    """Characters of Chinese, words of other languages times WORD_LENGTH."""
    return len(WIDE.findall(text)) + WORD_LENGTH * len(WORD.findall(text))


def discounted(share: float, length: float) -> float:
    """A covered share as evidence: long passages cover more of any question."""
    return share / (1 + math.log1p(length / LENGTH))
