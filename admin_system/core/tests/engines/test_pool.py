"""Which upstream takes a request, and when one is left out and comes back."""

from __future__ import annotations

import pytest

from admin_system.core.engines.remote.affinity import Thread, find_thread
from admin_system.core.engines.remote.pool import FAILURES, FIRST_PAUSE, LONGEST_PAUSE, Pool
from admin_system.core.types import ChatRequest, Message
from admin_system.core.upstreams import UpstreamAddress, without_user

NEW = Thread(b"new", continues=False)
LATER = Thread(b"new", continues=True)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pool(clock: Clock) -> Pool:
    pool = Pool([UpstreamAddress(f"http://gpu{number}/v1") for number in range(3)], clock)
    for member in pool.members:
        pool.welcome(member, "model")
    return pool


def thread(number: int) -> Thread:
    return Thread(str(number).encode(), continues=False)


def test_the_one_with_least_to_do_takes_the_next(pool: Pool) -> None:
    taken = [pool.enter(thread(number)) for number in range(6)]
    assert all(taken.count(member) == 2 for member in pool.members)
    pool.leave(pool.members[1])
    assert pool.enter(thread(7)) is pool.members[1]


def test_a_conversation_stays_where_it_began(pool: Pool) -> None:
    home = pool.enter(NEW)
    assert home is not None
    for number in range(5):
        pool.enter(thread(number))
    assert pool.enter(LATER) is home
    for _ in range(FAILURES):
        pool.blame(home, "upstream_unreachable")
    elsewhere = pool.enter(LATER)
    assert elsewhere not in (None, home)
    pool.welcome(home, "model")
    assert pool.enter(LATER) is elsewhere


def test_equal_questions_of_many_do_not_crowd_one(pool: Pool) -> None:
    assert {pool.enter(NEW) for _ in range(3)} == {*pool.members}


def test_what_a_conversation_is_stands_in_its_beginning() -> None:
    first = (Message.of_text("system", "be kind"), Message.of_text("user", "hello"))
    later = (*first, Message.of_text("assistant", "hi"), Message.of_text("user", "and now?"))
    begun, continued = find_thread(ChatRequest(first)), find_thread(ChatRequest(later))
    assert (begun.key, begun.continues, continued.continues) == (continued.key, False, True)
    assert find_thread(ChatRequest(first, owner="user:2")).key != begun.key


def test_who_fails_in_a_row_is_left_out_longer_each_time(pool: Pool, clock: Clock) -> None:
    weak = pool.members[0]
    for _ in range(FAILURES - 1):
        pool.blame(weak, "upstream_interrupted")
    pool.praise(weak)
    for _ in range(FAILURES - 1):
        pool.blame(weak, "upstream_interrupted")
    assert pool.states()[0].healthy
    pauses = []
    for _ in range(9):
        pool.blame(weak, "upstream_interrupted")
        state = pool.states()[0]
        assert (state.healthy, state.reason) == (False, "upstream_interrupted")
        assert weak not in pool.due()
        pauses.append(state.next_look)
        clock.now += state.next_look or 0
        assert weak in pool.due()
    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pauses[-1] == LONGEST_PAUSE
    assert weak not in {pool.enter(thread(number)) for number in range(9)}
    assert pool.welcome(weak, "model")
    assert pool.states()[0].healthy
    assert weak in {pool.enter(thread(number)) for number in range(9)}


def test_failures_while_left_out_do_not_put_the_next_look_off(pool: Pool, clock: Clock) -> None:
    """Those are of requests that began before."""
    for _ in range(FAILURES):
        pool.blame(pool.members[0], "upstream_interrupted")
    for _ in range(20):
        pool.blame(pool.members[0], "upstream_interrupted")
    assert pool.states()[0].next_look == FIRST_PAUSE


def test_where_all_are_left_out_one_is_asked_all_the_same(pool: Pool) -> None:
    for member in pool.members:
        pool.blame(member, "upstream_unreachable", at_once=True)
    asked = pool.enter(NEW)
    assert asked is pool.members[0]
    assert pool.enter(NEW, tried=[asked]) is None


def test_nothing_is_sent_to_one_that_never_told_its_model() -> None:
    pool = Pool([UpstreamAddress("http://one/v1"), UpstreamAddress("http://two/v1")])
    pool.welcome(pool.members[1], "model")
    assert {pool.enter(thread(number)) for number in range(4)} == {pool.members[1]}


def test_an_address_is_shown_without_its_user() -> None:
    assert without_user("http://me:secret@host:8000/v1") == "http://host:8000/v1"
    assert without_user("http://host/v1/a@b") == "http://host/v1/a@b"
