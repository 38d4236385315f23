"""Two processes count together, and each for itself while Redis is away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from admin_system.core.access import Caller
from admin_system.core.limits import Limits
from admin_system.core.quotas import Gate, QuotaExceeded
from admin_system.core.shared.connection import PAUSE, Connection
from admin_system.core.shared.counts import Full, Place, SharedCounts, key_of
from admin_system.core.shared.courier import Courier
from admin_system.core.shared.errors import RedisAway
from admin_system.core.shared.spending import SharedSpending
from scripts.testing.needs import needs
from scripts.testing.redis import RedisProcess

pytestmark = [needs("redis-server"), pytest.mark.allow_hosts(["127.0.0.1"])]
Pair = tuple[Connection, Connection]
NewCourier = Callable[[], Courier]


def caller(owner: str = "key:1", **limits: int) -> Caller:
    return Caller(owner, frozenset({"chat"}), "key", limits=Limits(**limits))


def counts_of(connections: Pair, new_courier: NewCourier) -> tuple[SharedCounts, SharedCounts]:
    first, second = (SharedCounts(one, new_courier()) for one in connections)
    return first, second


def wait_until(true: Callable[[], bool], seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_minutes_requests_are_shared_by_two_processes(
    connections: Pair, new_courier: NewCourier
) -> None:
    gates = [Gate(shared=counts) for counts in counts_of(connections, new_courier)]
    one = caller(requests_per_minute=10)

    def ask(number: int) -> bool:
        try:
            gates[number % 2].enter(one).leave()
        except QuotaExceeded:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        admitted = sum(threads.map(ask, range(40)))
    assert admitted == 10
    with pytest.raises(QuotaExceeded, match="rate_limit_exceeded") as refused:
        gates[0].enter(one)
    assert 1 <= refused.value.retry_after <= 6
    for gate in gates:
        left = gate.requests(one)
        assert left is not None
        assert left.remaining == 0
        assert 55 < left.reset <= 60
    gates[0].enter(caller("key:2", requests_per_minute=10)).leave()


def test_places_are_shared_and_given_back(connections: Pair, new_courier: NewCourier) -> None:
    first, second = (Gate(shared=counts) for counts in counts_of(connections, new_courier))
    one = caller(concurrent_requests=2)
    stay, _other = first.enter(one), second.enter(one)
    with pytest.raises(QuotaExceeded, match="requests_at_once_exceeded"):
        second.enter(one)
    stay.leave()
    stay.leave()

    def gets_in() -> bool:
        try:
            second.enter(one)
        except QuotaExceeded:
            return False
        return True

    wait_until(gets_in)
    with pytest.raises(QuotaExceeded):
        first.enter(one)


def test_one_request_after_another_is_never_two_at_once(
    connections: Pair, new_courier: NewCourier
) -> None:
    """However far the courier is behind with telling that the last one is over."""
    courier, may_go_on = new_courier(), threading.Event()
    gate = Gate(shared=SharedCounts(connections[0], courier))
    courier.send(lambda: may_go_on.wait(30))
    one = caller(concurrent_requests=1)
    for _ in range(3):
        gate.enter(one).leave()
    with pytest.raises(QuotaExceeded):
        _kept, _more = gate.enter(one), gate.enter(one)
    may_go_on.set()


def test_a_process_that_dies_gives_back_what_it_held(
    connections: Pair, new_courier: NewCourier
) -> None:
    class Dead(Courier):
        """Its process was killed: nothing is renewed or given back."""

        def send(self, errand: Callable[[], object]) -> None: ...

    dead = SharedCounts(connections[0], Dead(), lease=0.6)
    living = SharedCounts(connections[1], new_courier(), lease=0.6)
    assert isinstance(dead.take("sockets", "key:1", most=2), Place)
    assert isinstance(living.take("sockets", "key:1", most=2), Place)
    assert living.take("sockets", "key:1", most=2) == Full("most", 0.0)
    time.sleep(1.0)  # longer than a lease: only what is renewed still counts
    assert isinstance(living.take("sockets", "key:1", most=2), Place)
    assert isinstance(living.take("sockets", "key:1", most=2), Full)


def test_without_redis_each_process_counts_for_itself(
    redis: RedisProcess, connections: Pair, new_courier: NewCourier
) -> None:
    first, second = (Gate(shared=counts) for counts in counts_of(connections, new_courier))
    one = caller(requests_per_minute=2)
    before = first.enter(one)
    redis.stop()
    try:
        for gate in (first, second):
            for _ in range(2):
                gate.enter(one).leave()
            with pytest.raises(QuotaExceeded):
                gate.enter(one)
        before.leave()
        began = time.monotonic()
        with pytest.raises(RedisAway), connections[0].asking() as client:
            client.ping()
        assert time.monotonic() - began < 0.1, "who asks just after a failure does not wait"
    finally:
        redis.start()
    time.sleep(PAUSE + 0.1)
    assert [gate.enter(one) is not None for gate in (first, second)] == [True, True]
    with pytest.raises(QuotaExceeded):
        first.enter(one)


def test_a_days_tokens_are_known_to_the_other_process_at_once(
    connections: Pair, new_courier: NewCourier
) -> None:
    first, second = (SharedSpending(one, new_courier()) for one in connections)
    day = date(2026, 11, 26)
    assert first.read("key:1", day, lambda: 40) == 40
    second.add("key:1", day, 2)
    wait_until(lambda: first.read("key:1", day, lambda: 0) == 42)
    assert first.read("key:1", date(2026, 11, 27), lambda: 1) == 1


def test_a_clock_that_was_set_back_takes_nothing_away(
    connections: Pair, new_courier: NewCourier
) -> None:
    gate = Gate(shared=counts_of(connections, new_courier)[0])
    one = caller(requests_per_minute=10)
    gate.enter(one).leave()
    connections[0].client.hset(key_of("bucket", one.owner), "at", str(time.time() + 3600))
    left = gate.requests(one)
    assert left is not None
    assert left.remaining == 9
    gate.enter(one).leave()


def test_a_hundred_sockets_in_all(connections: Pair, new_courier: NewCourier) -> None:
    first, second = counts_of(connections, new_courier)
    with ThreadPoolExecutor(8) as threads:
        taken = list(
            threads.map(
                lambda number: (first, second)[number % 2].take("sockets", "u", most=100),
                range(130),
            )
        )
    assert sum(isinstance(one, Place) for one in taken) == 100
