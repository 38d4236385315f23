"""How many WebSockets each caller holds open: over all processes where they share a Redis."""

from __future__ import annotations

import asyncio
from collections import Counter

from admin_system.api import limits
from admin_system.api.errors import TooManySockets
from admin_system.core.shared.counts import Full, Place, SharedCounts, get_shared_counts
from admin_system.core.shared.errors import RedisAway


class Holding:
    """The place of one connection; for the event loop's thread alone."""

    def __init__(self, counts: Counter[str], owner: str) -> None:
        self._counts = counts
        self._owner = owner
        self.shared: Place | None = None
        """The same place as other processes see it."""
        counts[owner] += 1

    def leave(self) -> None:
        """Once."""
        self._counts[self._owner] -= 1
        if self._counts[self._owner] <= 0:
            del self._counts[self._owner]
        if self.shared is not None:
            self.shared.leave()


class OpenSockets:
    """For the event loop's thread alone."""

    def __init__(self) -> None:
        self._held: Counter[str] = Counter()

    async def enter(self, owner: str) -> Holding:
        """Raises TooManySockets."""
        if self._held[owner] >= limits.SOCKETS_PER_CALLER:
            raise TooManySockets
        holding = Holding(self._held, owner)
        if (shared := get_shared_counts()) is not None:
            try:
                holding.shared = await asyncio.to_thread(enter_shared, shared, owner)
            except RedisAway:
                pass  # this process counts for itself meanwhile
            except BaseException:
                holding.leave()
                raise
        return holding


def enter_shared(shared: SharedCounts, owner: str) -> Place:
    """Waits for Redis. Raises TooManySockets, RedisAway."""
    place = shared.take("sockets", owner, most=limits.SOCKETS_PER_CALLER)
    if isinstance(place, Full):
        raise TooManySockets
    return place


open_sockets = OpenSockets()
