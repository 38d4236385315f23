"""Whoever has the turn to change the library and does not end keeps nobody for ever."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from admin_system.core.outages import find_outage
from admin_system.knowledge_base import writing
from admin_system.knowledge_base.models import Topic
from admin_system.knowledge_base.services.topics import create_topic
from admin_system.knowledge_base.tests.postgres.elsewhere import connect_elsewhere


def test_a_change_that_gets_no_turn_is_told_so(
    library: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "PATIENCE", 1)
    with connect_elsewhere(autocommit=False) as elsewhere:
        elsewhere.execute("SELECT pg_advisory_xact_lock(%s)", [writing.WRITERS_LOCK])
        with pytest.raises(OperationalError) as refused:
            create_topic("later")
        outage = find_outage(refused.value)
        assert outage is not None
        assert outage.code == "database_busy"
        assert Topic.objects.count() == 1, "and whoever only reads waits for nothing"
    assert create_topic("later").pk
