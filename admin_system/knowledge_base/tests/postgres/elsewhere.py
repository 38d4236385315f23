"""The same PostgreSQL as another machine reaches it."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connection

NAMES = ("dbname", "user", "password", "host", "port")
OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def connect_elsewhere(*, autocommit: bool = True) -> psycopg.Connection[Any]:
    settings = connection.get_connection_params()
    named = {name: settings[name] for name in NAMES if settings.get(name)}
    return psycopg.connect(**named, autocommit=autocommit)


def cut_connections() -> None:
    """All others, in use or in the pool, as a restart of PostgreSQL does."""
    with connect_elsewhere() as elsewhere:
        elsewhere.execute(OTHERS)
