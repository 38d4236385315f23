"""Whether another process of the service is at the PostgreSQL of the site."""

from __future__ import annotations

from django.db import connection

from admin_system.databases import OWN_NAME
from admin_system.management.moving.beside import MoveFault

OTHERS = """
SELECT DISTINCT application_name FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE %s
AND application_name <> current_setting('application_name')
ORDER BY application_name
"""


def require_alone() -> None:
    """Raises MoveFault with the host and number of each other process: what it holds in memory
    would be of rows that are gone."""
    with connection.cursor() as cursor:
        cursor.execute(OTHERS, [f"{OWN_NAME} %"])
        others = [name.removeprefix(f"{OWN_NAME} ") for (name,) in cursor.fetchall()]
    if others:
        raise MoveFault("move_service_runs", processes=", ".join(others))
