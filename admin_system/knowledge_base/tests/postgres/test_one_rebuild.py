"""The keyword index is made anew by one process at a time, on whatever machine."""

from __future__ import annotations

import threading

from django.db import connections

from admin_system.knowledge_base.models import Topic
from admin_system.knowledge_base.services.rebuilding import REBUILD_LOCK, rebuild_keywords
from admin_system.knowledge_base.tests.postgres.elsewhere import connect_elsewhere


def test_a_second_machine_waits_for_its_turn(library: Topic) -> None:
    done = threading.Event()

    def rebuild() -> None:
        rebuild_keywords()
        done.set()
        connections.close_all()

    with connect_elsewhere() as elsewhere:
        elsewhere.execute("SELECT pg_advisory_lock(%s)", [REBUILD_LOCK])
        thread = threading.Thread(target=rebuild)
        thread.start()
        assert not done.wait(1)
        elsewhere.execute("SELECT pg_advisory_unlock(%s)", [REBUILD_LOCK])
    thread.join(30)
    assert done.is_set()
