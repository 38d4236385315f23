"""A prompt gets the row that holds most of its beginning, and nobody else's."""

from __future__ import annotations

import pytest

from admin_system.core.engines.local.row_table import LEAST_SHARED, RowTable, Seat, count_shared

PAGE = list(range(100, 100 + 2 * LEAST_SHARED))


def finish(table: RowTable, keys: list[int], owner: str = "a") -> int:
    seat = table.take(owner, keys)
    table.hold(seat.row, owner, keys)
    table.release(seat.row)
    return seat.row


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [([], [1], 0), ([1, 2, 3], [1, 2, 4], 2), ([1, 2], [1, 2, 4], 2), ([5], [6], 0)],
)
def test_shared_is_the_common_beginning(one: list[int], other: list[int], shared: int) -> None:
    assert count_shared(one, other) == shared


def test_the_next_turn_goes_on_in_the_same_row() -> None:
    table = RowTable(3)
    finish(table, [1, 2, 3])
    row = finish(table, PAGE)
    assert table.take("a", [*PAGE, 7, 8]) == Seat(row, row, len(PAGE))


def test_a_beginning_that_others_may_want_again_is_copied() -> None:
    table = RowTable(3)
    row = finish(table, [*PAGE, 1, 2, 3])
    seat = table.take("a", [*PAGE, 9])
    assert seat.row != row
    assert (seat.source, seat.shared) == (row, len(PAGE))


def test_a_row_that_is_written_over_lends_only_what_it_keeps() -> None:
    """While another prompt is read into it, what stood behind their beginning is gone."""
    table = RowTable(2)
    row = finish(table, [*PAGE, 1, 2, 3])
    busy = table.take("b", PAGE).row
    assert table.take("a", [*PAGE, 9, 9]) == Seat(row, row, len(PAGE))
    table.release(busy)
    assert table.take("a", [*PAGE, 1, 2, 3, 4]) == Seat(busy, row, len(PAGE))


def test_the_last_token_is_always_read() -> None:
    table = RowTable(2)
    finish(table, PAGE)
    assert table.take("a", PAGE).shared == len(PAGE) - 1


def test_what_belongs_to_another_owner_is_never_shared() -> None:
    table = RowTable(2)
    finish(table, PAGE, "a")
    assert table.take("b", [*PAGE, 7]).shared == 0


def test_little_is_not_worth_it() -> None:
    table = RowTable(2)
    finish(table, PAGE)
    assert table.take("a", [*PAGE[: LEAST_SHARED - 1], 0, 0]).shared == 0


def test_a_running_row_lends_its_prompt() -> None:
    table = RowTable(2)
    seat = table.take("a", PAGE)
    table.hold(seat.row, "a", PAGE)
    assert table.take("a", [*PAGE, 1]) == Seat(1, seat.row, len(PAGE))
    assert not table.has_free


def test_the_longest_unused_row_is_given_up_first() -> None:
    table = RowTable(2)
    first = finish(table, [1] * 40)
    finish(table, [2] * 40)
    assert table.take("a", [3] * 40).row == first
    assert table.kept_tokens == 40


def test_without_reuse_nothing_is_held() -> None:
    table = RowTable(2, reuse=False)
    finish(table, PAGE)
    assert table.take("a", [*PAGE, 7]).shared == 0
    assert table.kept_tokens == 0


def test_what_a_network_could_not_keep_is_not_lent() -> None:
    """The second of two answers to one prompt would get what is about to be written over."""
    table = RowTable(2)
    row = finish(table, PAGE)
    assert table.take("a", [*PAGE, 1]) == Seat(row, row, len(PAGE))
    table.keep(row, 0)
    assert table.take("a", [*PAGE, 1]).shared == 0


def test_what_an_owner_has_is_forgotten_at_once() -> None:
    table = RowTable(4)
    finish(table, PAGE, "a")
    finish(table, [0, *PAGE], "b")
    table.forget("a")
    assert table.take("a", [*PAGE, 1]).shared == 0
    assert table.take("b", [0, *PAGE, 1]).shared == 1 + len(PAGE)


def test_a_long_conversation_is_not_written_over_for_its_first_words() -> None:
    """What all conversations of an owner begin with is copied, and the oldest goes."""
    table = RowTable(2)
    oldest = finish(table, [*PAGE, *range(1000, 1100)])
    latest = finish(table, [*PAGE, *range(2000, 2100)])
    assert table.take("a", [*PAGE, 5, 6]) == Seat(oldest, oldest, len(PAGE))
    table.release(oldest)
    table.hold(oldest, "a", [*PAGE, 5, 6])  # by now the later one of the two
    assert table.take("a", [*PAGE, *range(2000, 2010)]) == Seat(latest, latest, len(PAGE) + 9)
    table = RowTable(2)
    first = finish(table, [*range(500), *PAGE])
    second = finish(table, [*PAGE, *range(1000, 1100)])
    assert table.take("a", [*PAGE, 5]) == Seat(first, second, len(PAGE))
