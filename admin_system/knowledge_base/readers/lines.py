"""Puts together again what a page or an old text file broke into lines."""

from __future__ import annotations

import re

from admin_system.knowledge_base.readers.reading import is_wide

LINE_HYPHENS = "-\u2010\u00ad\x02\ufffe"
"""The last two are PDFium's signs for a hyphen at the end of a line."""
SENTENCE_ENDS = "。！？!?.…；;：:”」』"
LIST_MARK = re.compile(
    r"(?:[•◦▪■●○·–—*\-]|\(?\d{1,3}[.)、]|（\d{1,3}）|[(（][一二三四五六七八九十]{1,3}[)）]"
    r"|[①-⑳]|[a-zA-Z][.)])(?=\s|[\u4e00-\u9fff])"
)


def join_lines(first: str, second: str) -> str:
    """One line of both: Chinese without a space between, a hyphenated word as one word."""
    first, second = first.rstrip(), second.lstrip()
    if not first or not second:
        return first + second
    if first[-1] in LINE_HYPHENS and first[-2:-1].isalpha() and second[0].islower():
        return first[:-1] + second
    if is_wide(first[-1]) or is_wide(second[0]):
        return first + second
    return f"{first} {second}"


def ends_a_sentence(text: str) -> bool:
    return text.rstrip(" )）]】'\"’》")[-1:] in SENTENCE_ENDS if text.strip() else True


def are_wrapped(lines: list[str]) -> bool:
    """These lines of one chunk were broken at a width, not by their author.

    So they are where all but the last are about as long as the longest, and most do not end as
    sentences do. A Chinese character counts as two columns.
    """
    if len(lines) < 3:
        return False
    widths = [sum(2 if is_wide(character) else 1 for character in line) for line in lines]
    longest = max(widths)
    filled = sum(width >= 0.75 * longest for width in widths[:-1])
    ended = sum(ends_a_sentence(line) for line in lines[:-1])
    return longest >= 30 and filled >= 0.9 * (len(lines) - 1) and ended <= 0.5 * (len(lines) - 1)
