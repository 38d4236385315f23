"""The Redis that the processes of one site share, and whether it answers at this moment."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from admin_system.core.shared.errors import RedisAway
from admin_system.env import SettingsFault, get_env

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redis import Redis

logger = logging.getLogger(__name__)

PATIENCE = 0.5
"""Seconds that Redis has to answer."""
PAUSE = 1.0
"""Seconds in which nobody asks it again after it did not answer."""
PREFIX = "qwen-vl:"
"""Of all keys, so that the Redis may be another program's too."""

ResultT = TypeVar("ResultT")


class RedisMissing(SettingsFault):
    """The address is set, the package is not there."""

    def __init__(self) -> None:
        line = "pip install -r scripts/optional/requirements-redis.txt"
        super().__init__(
            f"设置了 QWEN_VL_REDIS_URL，但没有安装 redis：{line}\n"
            f"QWEN_VL_REDIS_URL is set, but redis is not installed: {line}"
        )


class Connection:
    """Callable from any thread. After a failure nobody waits for Redis until PAUSE has passed."""

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Connects with the first question. Raises RedisMissing, and ValueError for a wrong URL."""
        try:
            import redis
            from redis.backoff import NoBackoff
            from redis.retry import Retry
        except ImportError:
            raise RedisMissing from None
        self._faults: tuple[type[Exception], ...] = (redis.RedisError, OSError)
        # Once more at once: a connection at rest may have ended meanwhile.
        self.client: Redis = redis.Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 1),
        )
        self._clock = clock
        self._lock = threading.Lock()
        self._away_until = 0.0
        self._away = False

    @contextmanager
    def asking(self) -> Iterator[Redis]:
        """Raises RedisAway, at once where it has just failed."""
        if self._clock() < self._away_until:
            raise RedisAway
        try:
            yield self.client
        except self._faults as error:
            self._note(error)
            raise RedisAway from error
        self._note(None)

    def run(self, script: str, keys: list[str], arguments: list[object]) -> Any:
        """A Lua script, which nothing comes between. Raises RedisAway."""
        with self.asking() as client:
            return client.eval(script, len(keys), *keys, *map(str, arguments))

    def _note(self, error: Exception | None) -> None:
        with self._lock:
            before, self._away = self._away, error is not None
            if error is not None:
                self._away_until = self._clock() + PAUSE
        if error is not None and not before:
            logger.warning("Redis does not answer; each process counts for itself: %s", error)
        elif error is None and before:
            logger.warning("Redis answers again")


@lru_cache(maxsize=1)
def get_connection() -> Connection | None:
    """The one of this process; None where no Redis is set. Raises RedisMissing."""
    url = get_env().redis_url
    return Connection(url) if url else None
