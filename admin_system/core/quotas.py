"""How much a caller may take: requests a minute, requests at once, tokens a day."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial

from admin_system.core.access import Caller
from admin_system.core.errors import CoreError
from admin_system.core.limits import Limits
from admin_system.core.shared.counts import Place, SharedCounts, get_shared_counts
from admin_system.core.shared.errors import RedisAway
from admin_system.core.usage import get_ledger, seconds_until_midnight

MINUTE = 60.0
MANY = 1000
"""Callers after which those are looked for that need not be remembered."""
WHILE_BUSY = 1
"""Seconds after which a caller with too many requests on their way may ask again."""


class QuotaExceeded(CoreError):
    """`retry_after` is in seconds."""

    def __init__(self, code: str, retry_after: int, /, **values: object) -> None:
        super().__init__(code, param=None, retry_after=retry_after, **values)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of one limit."""

    limit: int
    remaining: int
    reset: float
    """Seconds until all of it is there again."""


@dataclass(slots=True)
class Bucket:
    """A token bucket (Turner, 1986): it fills evenly and holds a minute's requests."""

    level: float
    at: float
    """Time of `level`, on the monotonic clock."""

    def fill(self, rate: int, now: float) -> None:
        self.level = min(self.level + (now - self.at) * rate / MINUTE, float(rate))
        self.at = now


class Gate:
    """Counts what each caller takes; callable from any thread.

    With `shared` over all processes of the site, and in this one alone while Redis is away.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, shared: SharedCounts | None = None
    ) -> None:
        self._clock = clock
        self._shared = shared
        self._lock = threading.Lock()
        self._buckets: dict[str, Bucket] = {}
        self._inside: Counter[str] = Counter()
        self._most = MANY

    def enter(self, caller: Caller) -> Stay:
        """Whoever gets in has to `leave`; a refusal costs nothing. Reads the database where tokens
        are limited. Raises QuotaExceeded."""
        limits = caller.limits
        if limits.daily_tokens is not None:
            spent = get_ledger().spent_today(caller.owner)
            if spent >= limits.daily_tokens:
                wait = math.ceil(seconds_until_midnight())
                raise QuotaExceeded("daily_tokens_spent", wait, limit=limits.daily_tokens)
        if self._shared is not None:
            with suppress(RedisAway):
                return Stay(self._take_shared(self._shared, caller.owner, limits).leave)
        with self._lock:
            self._take(caller.owner, limits)
            self._inside[caller.owner] += 1
        return Stay(partial(self.leave, caller.owner))

    def leave(self, owner: str) -> None:
        with self._lock:
            self._inside[owner] -= 1
            if not self._inside[owner]:
                del self._inside[owner]

    def requests(self, caller: Caller) -> Allowance | None:
        """Of a minute; None without such a limit."""
        rate = caller.limits.requests_per_minute
        if rate is None:
            return None
        level = self._level(caller.owner, rate)
        return Allowance(rate, math.floor(level), (rate - level) * MINUTE / rate)

    def tokens(self, caller: Caller) -> Allowance | None:
        """Of a day; None without such a limit. May read the database."""
        limit = caller.limits.daily_tokens
        if limit is None:
            return None
        left = max(limit - get_ledger().spent_today(caller.owner), 0)
        return Allowance(limit, left, seconds_until_midnight())

    def _take_shared(self, shared: SharedCounts, owner: str, limits: Limits) -> Place:
        """Raises QuotaExceeded, RedisAway."""
        most, rate = limits.concurrent_requests, limits.requests_per_minute
        taken = shared.take("requests", owner, most=most, rate=rate)
        if isinstance(taken, Place):
            return taken
        if taken.reason == "most":
            raise too_many_at_once(most or 0)
        raise too_many_a_minute(rate or 0, taken.level)

    def _level(self, owner: str, rate: int) -> float:
        if self._shared is not None:
            with suppress(RedisAway):
                return self._shared.level(owner, rate)
        with self._lock:
            return self._fill(owner, rate).level

    def _take(self, owner: str, limits: Limits) -> None:
        most, rate = limits.concurrent_requests, limits.requests_per_minute
        if most is not None and self._inside[owner] >= most:
            raise too_many_at_once(most)
        if rate is None:
            return
        bucket = self._fill(owner, rate)
        if bucket.level < 1.0:
            raise too_many_a_minute(rate, bucket.level)
        bucket.level -= 1.0

    def _fill(self, owner: str, rate: int) -> Bucket:
        now = self._clock()
        if owner not in self._buckets and len(self._buckets) >= self._most:
            self._forget(now)
        bucket = self._buckets.setdefault(owner, Bucket(float(rate), now))
        bucket.fill(rate, now)
        return bucket

    def _forget(self, now: float) -> None:
        """Those who have not asked for a minute: theirs are full again, as new ones are."""
        self._buckets = {
            owner: bucket for owner, bucket in self._buckets.items() if now - bucket.at < MINUTE
        }
        self._most = max(MANY, 2 * len(self._buckets))


class Stay:
    """One request of a caller, from its admission to the end of its answer."""

    def __init__(self, leave: Callable[[], None]) -> None:
        self._leave: Callable[[], None] | None = leave

    def leave(self) -> None:
        """Waits for nothing; may be repeated."""
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()


def too_many_at_once(limit: int) -> QuotaExceeded:
    return QuotaExceeded("requests_at_once_exceeded", WHILE_BUSY, limit=limit)


def too_many_a_minute(rate: int, level: float) -> QuotaExceeded:
    """`level` is what is left of the bucket, less than one request."""
    wait = math.ceil((1.0 - level) * MINUTE / rate)
    return QuotaExceeded("rate_limit_exceeded", max(wait, 1), limit=rate)


@lru_cache(maxsize=1)
def get_gate() -> Gate:
    """The one of this process."""
    return Gate(shared=get_shared_counts())
