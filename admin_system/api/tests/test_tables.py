"""A server whose database waits for migrations says so instead of taking requests."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from admin_system.api.status import require_database
from admin_system.core import tables
from admin_system.core.errors import ModelNotReady

pytestmark = pytest.mark.django_db


@pytest.fixture
def unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_seen", threading.Event())


@pytest.mark.usefixtures("unseen")
def test_a_migration_that_waits_keeps_a_server_from_being_ready() -> None:
    recorder = MigrationRecorder(connection)
    last = max(name for app, name in recorder.applied_migrations() if app == "core")
    recorder.record_unapplied("core", last)
    assert not tables.are_tables_current()
    with pytest.raises(ModelNotReady) as refusal:
        require_database()
    assert refusal.value.code == "database_outdated"
    recorder.record_applied("core", last)
    require_database()


@pytest.mark.usefixtures("unseen")
def test_tables_that_were_current_are_not_looked_at_again(
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    assert tables.are_tables_current()
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert tables.are_tables_current()
