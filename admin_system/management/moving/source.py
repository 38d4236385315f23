"""The SQLite database that rows are taken from: opened beside the one of the site, read only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import ConnectionHandler

from admin_system.core.errors import CoreError

SOURCE = "moved_from"
"""Its name among Django's databases, while it is open."""


class MoveFault(CoreError):
    """Nothing was changed."""


@contextmanager
def opened(path: Path) -> Iterator[BaseDatabaseWrapper]:
    """As of one moment. Raises MoveFault where it is no database of this version."""
    if not path.is_file():
        raise MoveFault("move_source_missing", path=str(path))
    uri = f"{path.resolve().as_uri()}?mode=ro"
    described = {"ENGINE": "django.db.backends.sqlite3", "NAME": uri}
    connections.settings[SOURCE] = ConnectionHandler({"default": described}).settings["default"]
    source = connections[SOURCE]
    try:
        require_version(source, path)
        source.connection.execute("BEGIN DEFERRED")
        yield source
    finally:
        source.close()
        del connections[SOURCE]
        del connections.settings[SOURCE]


def require_version(source: BaseDatabaseWrapper, path: Path) -> None:
    """The tables are those of this program. Raises MoveFault."""
    ours = set(MigrationRecorder(connections["default"]).applied_migrations())
    try:
        theirs = set(MigrationRecorder(source).applied_migrations())
    except DatabaseError:
        theirs = set()
    if ours != theirs:
        raise MoveFault("move_other_version", path=str(path))
