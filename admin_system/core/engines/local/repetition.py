"""Tells an answer that goes round in circles from one that repeats itself for a reason."""

from __future__ import annotations

from collections.abc import Sequence

LONGEST_CYCLE = 32
"""Tokens."""
PATIENCE = 256
"""Tokens that must repeat a cycle without a break; tables and lists of zeros are shorter."""
INTERVAL = 16
"""Tokens between two looks."""


def goes_in_circles(tokens: Sequence[int]) -> bool:
    """Whether the last PATIENCE tokens are one cycle over and over; seen every INTERVAL tokens."""
    if len(tokens) < PATIENCE + LONGEST_CYCLE or len(tokens) % INTERVAL:
        return False
    tail = tokens[-PATIENCE:]
    return any(tail[cycle:] == tail[: PATIENCE - cycle] for cycle in range(1, LONGEST_CYCLE + 1))
