"""Tells an answer that goes round in circles from one that repeats itself for a reason."""

from __future__ import annotations

from collections.abc import Sequence

LONGEST_CYCLE = 256
"""Tokens."""
PATIENCE = 256
"""Tokens that must repeat a cycle without a break; tables and lists of zeros are shorter."""
TIMES = 8
"""A long cycle must have come so often."""
INTERVAL = 16
"""Tokens between two looks."""


def goes_in_circles(tokens: Sequence[int]) -> bool:
    """Whether it ends in one cycle over and over; seen every INTERVAL tokens."""
    if len(tokens) % INTERVAL:
        return False
    return any(_repeats(tokens, cycle) for cycle in range(1, LONGEST_CYCLE + 1))


def _repeats(tokens: Sequence[int], cycle: int) -> bool:
    last = len(tokens) - 1
    looked = max(PATIENCE, TIMES * cycle)
    if last < looked or tokens[last] != tokens[last - cycle]:
        return False
    return tokens[-looked : last + 1 - cycle] == tokens[cycle - looked :]
