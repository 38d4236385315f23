"""How many passages hold a token: asked of SQLite, and remembered where asking is dear."""

from __future__ import annotations

import time
from collections.abc import Callable

DEAR = 1_000
"""Passages from which a count is remembered: below it asking is quick, and counts still jump."""
REMEMBERED_SECONDS = 60.0
MOST_REMEMBERED = 50_000


class Frequencies:
    """Shared by the connections of a process; a count that is a minute old orders as well."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since = clock()
        self._counts: dict[str, int] = {}

    def get(self, token: str, ask: Callable[[str], int]) -> int:
        if self._clock() - self._since > REMEMBERED_SECONDS or len(self._counts) > MOST_REMEMBERED:
            self._counts = {}
            self._since = self._clock()
        counts = self._counts
        if (known := counts.get(token)) is not None:
            return known
        count = ask(token)
        if count >= DEAR:
            counts[token] = count
        return count

    def forget(self) -> None:
        """After the index was made anew."""
        self._counts = {}
