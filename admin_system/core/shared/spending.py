"""The tokens that an owner has spent today, known to all processes as soon as they are spent.

The database keeps them; here is a copy that is made anew every minute, so that what one process
had not written yet when the copy was made is missing for so long at most.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import cast

from admin_system.core.shared.connection import Connection, get_connection
from admin_system.core.shared.counts import key_of
from admin_system.core.shared.courier import Courier, get_courier

COPY_SECONDS = 60

ADD = "if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('INCRBY', KEYS[1], ARGV[1]) end"


class SharedSpending:
    """Callable from any thread."""

    def __init__(self, connection: Connection, courier: Courier) -> None:
        self._connection = connection
        self._courier = courier

    def add(self, owner: str, day: date, tokens: int) -> None:
        """Waits for nothing."""
        key = key_of(f"spent:{day:%Y%m%d}", owner)
        self._courier.send(lambda: self._connection.run(ADD, [key], [tokens]))

    def read(self, owner: str, day: date, count: Callable[[], int]) -> int:
        """`count` asks the database where there is no copy. Raises RedisAway."""
        key = key_of(f"spent:{day:%Y%m%d}", owner)
        with self._connection.asking() as client:
            known = cast("str | None", client.get(key))
        if known is not None:
            return int(known)
        counted = count()
        with self._connection.asking() as client:
            client.set(key, counted, ex=COPY_SECONDS, nx=True)
        return counted


@lru_cache(maxsize=1)
def get_shared_spending() -> SharedSpending | None:
    """The one of this process; None where no Redis is set. Raises RedisMissing."""
    connection = get_connection()
    return SharedSpending(connection, get_courier()) if connection is not None else None
