"""Which rows are taken, and what the others still hold of finished conversations.

What a row holds is reused where the next prompt begins with the same tokens and pictures and comes
from the same owner: the keys and values of an earlier turn need not be computed again.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

LEAST_SHARED = 16
"""Tokens; fewer are not worth a search for their row."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a row holds."""

    owner: str
    keys: Sequence[int]
    """Its tokens; in the place of a picture's tokens stand numbers of the picture's own."""
    used: int
    """A count that grows: when the row was last of use."""


@dataclass(frozen=True, slots=True)
class Seat:
    row: int
    source: int
    """Row that holds the shared tokens; the row itself where they need not be copied."""
    shared: int
    """Tokens."""


class RowTable:
    """Belongs to the engine's thread."""

    def __init__(self, rows: int, *, reuse: bool = True) -> None:
        self._free = set(range(rows))
        self._held: dict[int, Held] = {}
        self._reuse = reuse
        self._clock = 0

    @property
    def has_free(self) -> bool:
        return bool(self._free)

    @property
    def kept_tokens(self) -> int:
        """In rows of finished conversations."""
        return sum(len(self._held[row].keys) for row in self._free if row in self._held)

    def take(self, owner: str, keys: Sequence[int]) -> Seat:
        """A free row for a prompt, with the longest beginning of it that any row holds.

        The last token of the prompt is never shared: its logits are wanted.
        """
        source, shared = self._find(owner, keys)
        row = self._choose(source, shared)
        self._free.remove(row)
        held = self._held.pop(row, None)
        if source == row and held is not None:  # the rest is written over from now on
            self._held[row] = replace(held, keys=held.keys[:shared])
        return Seat(row, source if shared else row, shared)

    def hold(self, row: int, owner: str, keys: Sequence[int]) -> None:
        """Says what a row that is taken holds by now."""
        if self._reuse:
            self._clock += 1
            self._held[row] = Held(owner, keys, self._clock)

    def keep(self, row: int, count: int) -> None:
        """Says that of the tokens that a row was to share only so many are of use."""
        held = self._held.get(row)
        if held is not None and count < len(held.keys):
            self._held[row] = replace(held, keys=held.keys[:count])

    def forget(self, owner: str) -> None:
        """Lends nothing that any row holds of this owner."""
        self._held = {row: held for row, held in self._held.items() if held.owner != owner}

    def release(self, row: int) -> None:
        """What it holds is kept until the row is needed."""
        self._free.add(row)

    def _find(self, owner: str, keys: Sequence[int]) -> tuple[int, int]:
        """Row and tokens; (-1, 0) where nothing is shared."""
        best = (-1, LEAST_SHARED - 1)
        for row, held in self._held.items():
            if held.owner == owner and (shared := count_shared(held.keys, keys[:-1])) > best[1]:
                best = (row, shared)
        return best if best[0] >= 0 else (-1, 0)

    def _choose(self, source: int, shared: int) -> int:
        """The source where the new prompt goes on from all it holds, or where another row would
        lose more: where none is empty, and most of what it holds is shared."""
        empty = [row for row in self._free if row not in self._held]
        if source in self._free:
            held = len(self._held[source].keys)
            if shared == held or (not empty and 2 * shared >= held):
                return source
        if empty:
            return min(empty)  # low rows first: those that are used lie side by side
        return min(self._free, key=lambda row: self._held[row].used)


def count_shared(one: Sequence[int], other: Sequence[int]) -> int:
    """How many items two lists have in common from their beginning on."""
    most = min(len(one), len(other))
    return bisect_left(range(most), True, key=lambda n: one[: n + 1] != other[: n + 1])
