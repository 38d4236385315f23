"""The keyword index is made anew by one process at a time, on whatever machine."""

from __future__ import annotations

import threading

import psycopg
from django.db import connection, connections

from admin_system.knowledge_base.models import Topic
from admin_system.knowledge_base.services.rebuilding import REBUILD_LOCK, rebuild_keywords


def test_a_second_machine_waits_for_its_turn(library: Topic) -> None:
    settings = connection.get_connection_params()
    done = threading.Event()

    def rebuild() -> None:
        rebuild_keywords()
        done.set()
        connections.close_all()

    names = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(
        **{name: settings[name] for name in names if settings.get(name)}, autocommit=True
    ) as elsewhere:
        elsewhere.execute("SELECT pg_advisory_lock(%s)", [REBUILD_LOCK])
        thread = threading.Thread(target=rebuild)
        thread.start()
        assert not done.wait(1)
        elsewhere.execute("SELECT pg_advisory_unlock(%s)", [REBUILD_LOCK])
    thread.join(30)
    assert done.is_set()
