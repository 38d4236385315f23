"""How many passages hold a token: asked of the database, and remembered where asking is dear."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

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
        return self.get_all([token], lambda tokens: {token: ask(token) for token in tokens})[token]

    def get_all(
        self, tokens: Iterable[str], ask: Callable[[list[str]], Mapping[str, int]]
    ) -> dict[str, int]:
        """`ask` gets those that are not remembered, and is asked once for all of them."""
        if self._clock() - self._since > REMEMBERED_SECONDS or len(self._counts) > MOST_REMEMBERED:
            self._counts = {}
            self._since = self._clock()
        remembered = self._counts
        counts = {token: remembered.get(token) for token in tokens}
        unknown = [token for token, count in counts.items() if count is None]
        asked = ask(unknown) if unknown else {}
        remembered.update({token: count for token, count in asked.items() if count >= DEAR})
        return {token: asked[token] if count is None else count for token, count in counts.items()}

    def forget(self) -> None:
        """After the index was made anew."""
        self._counts = {}
