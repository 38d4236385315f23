"""What migrations put into the tables is there for every test, whatever ran before it."""

from __future__ import annotations

import pytest

from admin_system.core.models import ModelConfig


def take_one_away() -> None:
    ModelConfig.objects.get(name="builtin-demo").delete()


@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.django_db(transaction=True)
def test_a_marked_test_finds_them_twice(turn: int) -> None:
    take_one_away()


@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.usefixtures("transactional_db")
def test_a_test_with_the_fixture_finds_them_twice(turn: int) -> None:
    take_one_away()


@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.django_db
def test_a_test_that_is_rolled_back_finds_them_twice(turn: int) -> None:
    take_one_away()
