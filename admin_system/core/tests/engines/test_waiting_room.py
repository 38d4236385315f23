"""The next row goes to the owner who has the fewest."""

from __future__ import annotations

from collections import Counter
from unittest.mock import Mock

from admin_system.core.engines.local.job import Job
from admin_system.core.engines.local.waiting_room import WaitingRoom


def job(name: str) -> Job:
    """Of the owner named by the first letter."""
    return Mock(spec=Job, id=name, owner=name[0])


def room_of(*names: str) -> WaitingRoom:
    room = WaitingRoom()
    for name in names:
        room.add(job(name))
    return room


def drain(room: WaitingRoom, rows: Counter[str]) -> list[str]:
    order = []
    while len(room):
        taken = room.take(rows)
        rows[taken.owner] += 1
        order.append(taken.id)
    return order


def test_one_owner_is_served_in_the_order_of_arrival() -> None:
    assert drain(room_of("a1", "a2", "a3"), Counter()) == ["a1", "a2", "a3"]


def test_who_comes_late_does_not_wait_behind_all_of_another() -> None:
    assert drain(room_of("a1", "a2", "a3", "b1", "b2"), Counter()) == ["a1", "b1", "a2", "b2", "a3"]


def test_rows_that_an_owner_has_count() -> None:
    assert drain(room_of("a1", "b1"), Counter(a=2)) == ["b1", "a1"]


def test_positions_are_those_of_the_order() -> None:
    room = room_of("a1", "a2", "b1")
    assert room.position("a1") is None  # not written down yet
    room.settle(Counter(a=1))
    assert [room.position(name) for name in ("b1", "a1", "a2", "x")] == [1, 2, 3, None]
    room.remove(lambda one: one.id == "b1")
    room.settle(Counter())
    assert [room.position(name) for name in ("b1", "a1", "a2")] == [None, 1, 2]
