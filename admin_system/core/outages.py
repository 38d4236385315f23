"""What everything needs and the machine lacks for a while: room on the disk, the database.

Told from the system's own error numbers, from SQLite's result codes
(https://www.sqlite.org/rescode.html), of which the lowest byte is the kind, and from PostgreSQL's
(https://www.postgresql.org/docs/current/errcodes-appendix.html).
"""

from __future__ import annotations

import errno
import sqlite3

from django.db import DatabaseError, OperationalError

from admin_system.core.errors import CoreError

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""No room, no quota, or over the largest size that a file may have."""
STATES = {"40P01": "database_busy", "55P03": "database_busy", "53100": "disk_full"}
"""PostgreSQL's: a deadlock, a lock that was not to be had in time, its own disk."""
KINDS = {
    sqlite3.SQLITE_BUSY: "database_busy",
    sqlite3.SQLITE_LOCKED: "database_busy",
    sqlite3.SQLITE_FULL: "disk_full",
    sqlite3.SQLITE_CANTOPEN: "database_unreachable",
    sqlite3.SQLITE_IOERR: "database_unreachable",
    sqlite3.SQLITE_READONLY: "database_unreachable",
    sqlite3.SQLITE_PERM: "database_unreachable",
    sqlite3.SQLITE_NOTADB: "database_unreachable",
}


class Outage(CoreError):
    """Not the caller's fault, and it passes: the same request will do then."""


class DiskFull(Outage):
    """Nothing of what was to be written is kept."""

    def __init__(self) -> None:
        super().__init__("disk_full")


class DatabaseAway(Outage):
    """Somebody else writes for too long, or its file cannot be opened, read or written."""


class FilesAway(Outage):
    """The bucket of documents and pictures does not answer, is not there, or refuses us."""


def find_outage(error: BaseException) -> Outage | None:
    """None where it is something else."""
    if isinstance(error, Outage):
        return error
    code = find_code(error)
    if code is None:
        return None
    outage: Outage = DiskFull() if code == "disk_full" else DatabaseAway(code)
    outage.__cause__ = error  # for the log
    return outage


def find_code(error: BaseException) -> str | None:
    if isinstance(error, OSError):
        return "disk_full" if error.errno in FULL else None
    if not isinstance(error, DatabaseError):
        return None
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return KINDS.get(getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF)
    if not isinstance(error, OperationalError):
        return None
    return STATES.get(getattr(cause, "sqlstate", None) or "", "database_unreachable")
