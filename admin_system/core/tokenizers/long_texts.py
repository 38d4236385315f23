"""Texts of extreme length: cut where a pattern would give up, refused before all of it is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

BLANKS = 100_000
"""Of one run at most: the published patterns backtrack and give up on some 500,000."""
LONG_BLANK = re.compile(rf"(?<!\s)\s{{{BLANKS + 1},}}")
"""Looks only from where a run begins, or runs a little shorter would take the square of their
length."""
CHUNK = 50_000
"""Characters that are counted at once."""
ORDINARY = 8
"""Characters a token: what is longer than that for a whole context is counted first."""
CUT = 8
"""Tokens that a cut between two chunks may add, generously."""


def cut_blanks(text: str) -> Iterator[str]:
    """The text in pieces, cut only inside extreme runs of blanks."""
    start = 0
    for run in LONG_BLANK.finditer(text):
        for end in range(run.start() + BLANKS, run.end(), BLANKS):
            yield text[start:end]
            start = end
    yield text[start:]


def least_tokens(text: str, count: Callable[[str], int], limit: int) -> int:
    """A lower bound of the text's tokens: 0 where its length is ordinary for `limit` of them.

    Counting ends where the limit is passed, so that ten megabytes cost no more than one context.
    """
    if len(text) <= limit * ORDINARY:
        return 0
    found = 0
    for start in range(0, len(text), CHUNK):
        found += max(count(text[start : start + CHUNK]) - CUT, 0)
        if found > limit:
            break
    return found
