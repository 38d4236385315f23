"""A Redis for each file of tests, and processes that share it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from admin_system.core.shared.connection import Connection
from admin_system.core.shared.courier import Courier
from scripts.testing.redis import RedisProcess


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisProcess]:
    process = RedisProcess(tmp_path_factory.mktemp("redis"))
    process.start()
    yield process
    process.stop()


@pytest.fixture
def new_courier(connections: tuple[Connection, Connection]) -> Iterator[Callable[[], Courier]]:
    """One for each process; they end with the test."""
    made: list[Courier] = []

    def make() -> Courier:
        made.append(Courier())
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def connections(redis: RedisProcess) -> Iterator[tuple[Connection, Connection]]:
    """Of two processes; the Redis is empty."""
    both = Connection(redis.url), Connection(redis.url)
    both[0].client.flushall()
    yield both
    for one in both:
        one.client.close()
