"""Whether the tables of the database are those that this version of the code expects."""

from __future__ import annotations

import threading

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

_seen = threading.Event()
"""They were as they should be; newer code needs another process."""


def are_tables_current() -> bool:
    """False while a migration waits. Blocks; costs nothing once it was True.

    Raises DatabaseError.
    """
    if not _seen.is_set():
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _seen.set()
    return True
