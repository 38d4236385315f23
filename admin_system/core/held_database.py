"""One connection to SQLite that a server holds from its start to its end, and never uses.

When the last connection closes, SQLite takes its two files beside the database away (`-wal`,
`-shm`), and the next one makes them anew: many times a second, and not at all on a full disk, where
nothing could be read any more. While one is open they stay.
"""

from __future__ import annotations

import atexit
import logging

from django.db import DatabaseError, connection

logger = logging.getLogger(__name__)


def start() -> None:
    """At the start of a server."""
    if connection.vendor != "sqlite":
        return
    held = connection.copy()
    held.inc_thread_sharing()  # it is closed by whichever thread ends the process
    try:
        with held.cursor() as cursor:
            cursor.execute("SELECT 1 FROM sqlite_master")  # makes the files
    except DatabaseError as error:
        logger.warning("the database cannot be held open: %s", error)
    atexit.register(held.close)
