"""Several upstreams of one model: which takes the next request, who is left out, and until when.

An upstream that fails FAILURES times in a row is left out for FIRST_PAUSE seconds, twice as long
each further time; then it is looked at, and comes back when it is well. Where all are left out,
the next to come back is asked all the same.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from admin_system.core.engines.remote.affinity import Thread
from admin_system.core.upstreams import UpstreamAddress, UpstreamState, without_user

FAILURES = 3
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
LOOK_EVERY = 15.0
"""Seconds between two looks at a healthy upstream."""
REMEMBERED = 10_000
"""Conversations whose upstream is known."""


@dataclass(slots=True, eq=False)
class Member:
    """Changed under the lock of its pool only."""

    address: UpstreamAddress
    model: str = ""
    """Empty until it has told; nothing is sent to it before."""
    running: int = 0
    answered: int = 0
    failures: int = 0
    reason: str = ""
    pauses: int = 0
    """How often it was left out since it last answered."""
    looked_at: float = 0.0
    out_until: float | None = None


class Pool:
    """Callable from any thread."""

    def __init__(
        self, addresses: Sequence[UpstreamAddress], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.members = tuple(map(Member, addresses))
        self._clock = clock
        self._lock = threading.Lock()
        self._places: OrderedDict[bytes, Member] = OrderedDict()

    def enter(self, thread: Thread, tried: Collection[Member] = ()) -> Member | None:
        """Counts a request in. None where no further upstream is left to try."""
        with self._lock:
            member = self._choose(thread, tried)
            if member is None:
                return None
            member.running += 1
            self._places[thread.key] = member
            self._places.move_to_end(thread.key)
            if len(self._places) > REMEMBERED:
                self._places.popitem(last=False)
            return member

    def leave(self, member: Member) -> None:
        with self._lock:
            member.running -= 1

    def praise(self, member: Member) -> None:
        """It has answered a request."""
        with self._lock:
            member.answered += 1
            member.failures = member.pauses = 0
            member.reason, member.out_until = "", None

    def blame(self, member: Member, reason: str, *, at_once: bool = False) -> None:
        """`reason` is a code; `at_once` leaves it out without waiting for more failures."""
        with self._lock:
            now = self._clock()
            member.failures += 1
            member.reason, member.looked_at = reason, now
            out = member.out_until is not None and now < member.out_until
            if not out and (at_once or member.failures >= FAILURES):
                member.out_until = now + min(LONGEST_PAUSE, FIRST_PAUSE * 2**member.pauses)
                member.pauses = min(member.pauses + 1, 16)

    def welcome(self, member: Member, model: str) -> bool:
        """It was looked at and is well; True where it had been left out."""
        with self._lock:
            returned = member.out_until is not None
            member.model, member.looked_at = model, self._clock()
            if returned:
                member.failures, member.reason, member.out_until = 0, "", None
            return returned

    def due(self) -> list[Member]:
        """Those to look at now."""
        with self._lock:
            now = self._clock()
            return [
                member
                for member in self.members
                if now >= (member.out_until or member.looked_at + LOOK_EVERY)
            ]

    def states(self) -> tuple[UpstreamState, ...]:
        with self._lock:
            now = self._clock()
            return tuple(
                UpstreamState(
                    url=without_user(member.address.url),
                    model=member.model,
                    healthy=member.out_until is None,
                    running=member.running,
                    answered=member.answered,
                    failures=member.failures,
                    reason=member.reason,
                    next_look=(
                        None if member.out_until is None else max(0.0, member.out_until - now)
                    ),
                )
                for member in self.members
            )

    def _choose(self, thread: Thread, tried: Collection[Member]) -> Member | None:
        open_ = [member for member in self.members if member.model and member not in tried]
        healthy = [member for member in open_ if member.out_until is None]
        if not healthy:
            last = min(open_, key=lambda member: member.out_until or 0.0, default=None)
            return None if tried else last
        known = self._places.get(thread.key)
        if thread.continues and known in healthy:
            return known
        # Among equals the one that has seen the beginning, then the one that had least to do.
        return min(healthy, key=lambda one: (one.running, one is not known, one.answered))
