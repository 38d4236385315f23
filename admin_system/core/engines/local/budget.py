"""How many tokens of prompts are read between two tokens of the running answers."""

from __future__ import annotations

from collections.abc import Sequence

LEAST = 16
MOST = 2048
"""Tokens; more of them at once are hardly faster on any device."""
SECONDS = 0.1
"""What a pass may take: as long a running answer pauses, and a cancelled one keeps its row."""
FIRST = 256
"""Tokens, before anything was measured."""


class Budget:
    """Learns from the passes how many tokens of prompts fit into SECONDS beside the answers."""

    def __init__(self, fixed: int | None = None) -> None:
        """`fixed` is a number of tokens that measurements do not change."""
        self._fixed = fixed
        self._step = 0.0
        """Seconds that a pass takes which reads no prompt."""
        self._seconds_per_token: float | None = None

    @property
    def tokens(self) -> int:
        if self._fixed is not None:
            return self._fixed
        if self._seconds_per_token is None:
            return FIRST
        room = max(SECONDS - self._step, SECONDS / 2)
        return min(max(int(room / self._seconds_per_token), LEAST), MOST)

    def learn(self, tokens: int, seconds: float) -> None:
        """From a pass that read `tokens` of prompts; few of them say nothing of their number.

        A slower pass counts for more than a quicker one: reading grows slower towards the end of a
        long prompt, and a pass that takes too long is felt by everybody.
        """
        if not tokens:
            self._step += 0.3 * (seconds - self._step)
        if tokens < LEAST:
            return
        measured = max(seconds - self._step, seconds / 2) / tokens
        if self._seconds_per_token is None:
            self._seconds_per_token = measured
        weight = 0.6 if measured > self._seconds_per_token else 0.3
        self._seconds_per_token += weight * (measured - self._seconds_per_token)


def share(budget: int, wanted: Sequence[int]) -> list[int]:
    """Tokens for each prompt, the oldest first in `wanted`.

    The oldest gets half, so that it comes to its end; the rest goes to the shortest first, so that
    a long prompt does not hold up short ones.
    """
    given = [0] * len(wanted)
    if not wanted:
        return given
    if len(wanted) > 1:
        given[0] = min(wanted[0], budget // 2)
    left = budget - given[0]
    for place in sorted(range(len(wanted)), key=lambda place: (wanted[place], place)):
        more = min(wanted[place] - given[place], left)
        given[place] += more
        left -= more
    return given
