"""What callers take, counted over all processes: requests a minute, and places held at once.

A place is a lease: the courier renews those of its process, so that a process that dies gives back
what it held.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from uuid import uuid4

from admin_system.core.shared.connection import PREFIX, Connection, get_connection
from admin_system.core.shared.courier import Courier, get_courier
from admin_system.core.shared.errors import RedisAway

LEASE = 30.0
"""Seconds that a place is kept for a process of which nothing is heard."""
RENEWED_EVERY = 10.0

TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local most, rate, lease = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
for left = 5, #ARGV do redis.call('ZREM', KEYS[1], ARGV[left]) end
if most > 0 and redis.call('ZCARD', KEYS[1]) >= most then return {'most', '0'} end
if rate > 0 then
    local kept = redis.call('HMGET', KEYS[2], 'level', 'at')
    local level = tonumber(kept[1]) or rate
    local since = math.max(0, now - (tonumber(kept[2]) or now))
    level = math.min(level + since * rate / 60, rate)
    if level < 1 then return {'rate', tostring(level)} end
    redis.call('HSET', KEYS[2], 'level', tostring(level - 1), 'at', string.format('%.6f', now))
    redis.call('EXPIRE', KEYS[2], 120)
end
redis.call('ZADD', KEYS[1], now + lease, ARGV[3])
redis.call('EXPIRE', KEYS[1], math.ceil(2 * lease))
return {'in', '0'}
"""
"""KEYS places, bucket; ARGV most at once, requests a minute (0: any number), place, lease, then the
places that were left here and of which Redis may not have heard yet. A clock that was set
back takes nothing away."""

LOOK = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local rate = tonumber(ARGV[1])
local kept = redis.call('HMGET', KEYS[1], 'level', 'at')
local since = math.max(0, now - (tonumber(kept[2]) or now))
local level = (tonumber(kept[1]) or rate) + since * rate / 60
return tostring(math.min(level, rate))
"""
RENEW = """
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], time[1] + time[2] / 1000000 + ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], math.ceil(2 * ARGV[1]))
"""
"""Also brings back what a Redis has forgotten that was started anew."""


@dataclass(frozen=True, slots=True)
class Full:
    """Nobody gets in."""

    reason: Literal["most", "rate"]
    """What is used up: the places at once, or the minute's requests."""
    level: float
    """Of the bucket: requests that are left, less than one."""


class Place:
    """Of one request or connection, until it is left."""

    def __init__(self, counts: SharedCounts, key: str) -> None:
        self.id = uuid4().hex
        self.key = key
        self._counts = counts

    def leave(self) -> None:
        """Waits for nothing; may be repeated."""
        self._counts.let_go(self)


class SharedCounts:
    """Callable from any thread; `take` and `level` wait for Redis, PATIENCE at most."""

    def __init__(self, connection: Connection, courier: Courier, lease: float = LEASE) -> None:
        self._connection = connection
        self._courier = courier
        self._lease = lease
        self._lock = threading.Lock()
        self._held: dict[str, Place] = {}
        self._left: dict[str, Place] = {}
        """Until the courier has told so: whoever comes next must find the place free."""
        courier.every(lease * RENEWED_EVERY / LEASE, self._renew)

    def take(
        self, kind: str, owner: str, *, most: int | None = None, rate: int | None = None
    ) -> Place | Full:
        """Of `kind`, such as requests or sockets; `rate` a minute. Raises RedisAway."""
        keys = key_of(kind, owner), key_of("bucket", owner)
        place = Place(self, keys[0])
        with self._lock:
            self._held[place.id] = place  # first, so that no renewal passes it by
            left = [one.id for one in self._left.values() if one.key == place.key]
        try:
            arguments: list[object] = [most or 0, rate or 0, place.id, self._lease, *left]
            said, level = self._connection.run(TAKE, list(keys), arguments)
        except RedisAway:
            self.let_go(place)  # it may have been taken all the same
            raise
        if said == "in":
            return place
        with self._lock:
            self._held.pop(place.id)
        return Full(said, float(level))

    def level(self, owner: str, rate: int) -> float:
        """Requests that are left of a minute's. Raises RedisAway."""
        return float(self._connection.run(LOOK, [key_of("bucket", owner)], [rate]))

    def let_go(self, place: Place) -> None:
        with self._lock:
            known = self._held.pop(place.id, None)
            if known is not None:
                self._left[place.id] = place
        if known is not None:
            self._courier.send(lambda: self._give_back(place))

    def _give_back(self, place: Place) -> None:
        try:
            with self._connection.asking() as client:
                client.zrem(place.key, place.id)
        finally:
            with self._lock:
                self._left.pop(place.id, None)

    def _renew(self) -> None:
        with self._lock:
            held = list(self._held.values())
        for place in held:
            self._connection.run(RENEW, [place.key], [self._lease, place.id])


def key_of(kind: str, owner: str) -> str:
    """The braces keep the keys of an owner together in a cluster."""
    return f"{PREFIX}{kind}:{{{owner}}}"


@lru_cache(maxsize=1)
def get_shared_counts() -> SharedCounts | None:
    """The one of this process; None where no Redis is set. Raises RedisMissing."""
    connection = get_connection()
    return SharedCounts(connection, get_courier()) if connection is not None else None
