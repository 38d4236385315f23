"""Fixtures that all tests share."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.utils import translation
from pytest_django import DjangoDbBlocker
from pytest_django.plugin import blocking_manager_key

FIRST_ROWS = pytest.StashKey[str]()
"""Of a test that empties the tables."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Generator[None]:
    """Ends the sessions that threads of former tests still have: PostgreSQL drops no database
    that somebody uses."""
    yield
    if connection.vendor != "postgresql":
        return
    from admin_system.knowledge_base.tests.postgres.elsewhere import cut_connections

    with django_db_blocker.unblock():
        cut_connections()


@pytest.fixture(scope="session")
def first_rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> str:
    """What the migrations put into the tables."""
    with django_db_blocker.unblock():
        return connection.creation.serialize_db_to_string()


@pytest.fixture(autouse=True)
def language() -> None:
    """Every test begins in the default language; a test client leaves that of its last page."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def rows_of_migrations(request: pytest.FixtureRequest) -> None:
    """A transactional test leaves all tables empty: what migrations put there is put back.

    So that tests may run in any order, as they do side by side.
    """
    marker = request.node.get_closest_marker("django_db")
    transactional = marker is not None and marker.kwargs.get("transaction", False)
    if transactional or "transactional_db" in request.fixturenames:
        request.node.stash[FIRST_ROWS] = request.getfixturevalue("first_rows")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None]:
    """Not by a fixture: a marker's tables are emptied after all of these have ended."""
    yield
    if nextitem is None or FIRST_ROWS not in item.stash:
        return
    with item.config.stash[blocking_manager_key].unblock():
        # Once more, without the content types that Django makes anew under other numbers; rows
        # to come go on counting, as files of former tests bear the numbers of theirs.
        quietly = {"verbosity": 0, "interactive": False, "reset_sequences": False}
        call_command("flush", inhibit_post_migrate=True, **quietly)
        ContentType.objects.clear_cache()
        connection.creation.deserialize_db_from_string(item.stash[FIRST_ROWS])
