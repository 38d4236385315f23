"""A SQLite database beside the one of the site: read as a source of rows, or made to take them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import ConnectionHandler

from admin_system.core.errors import CoreError
from admin_system.env import BASE_DIR, PREFIX
from admin_system.management.backups.contents import DATABASE

BESIDE = "beside"
"""Its name among Django's databases, while it is open."""


class MoveFault(CoreError):
    """Nothing was changed."""


@contextmanager
def opened(path: Path, *, mode: str = "ro") -> Iterator[BaseDatabaseWrapper]:
    """As of one moment; `mode` as SQLite's addresses have it. Raises MoveFault where it is no
    database of this version."""
    if not path.is_file():
        raise MoveFault("move_source_missing", path=str(path))
    uri = f"{path.resolve().as_uri()}?mode={mode}"
    described = {"ENGINE": "django.db.backends.sqlite3", "NAME": uri}
    connections.settings[BESIDE] = ConnectionHandler({"default": described}).settings["default"]
    beside = connections[BESIDE]
    try:
        require_version(beside, path)
        if mode == "ro":
            beside.connection.execute("BEGIN DEFERRED")
        yield beside
    finally:
        beside.close()
        del connections[BESIDE]
        del connections.settings[BESIDE]


def require_version(beside: BaseDatabaseWrapper, path: Path) -> None:
    """The tables are those of the site. Raises MoveFault."""
    ours = set(MigrationRecorder(connections["default"]).applied_migrations())
    try:
        theirs = set(MigrationRecorder(beside).applied_migrations())
    except DatabaseError:
        theirs = set()
    if ours != theirs:
        raise MoveFault("move_other_version", path=str(path))


def migrate_beside(folder: Path) -> Path:
    """The database in this folder has the tables of this program then, and is made if there is
    none. In a process of its own, since migrations speak to the database of the settings. Raises
    MoveFault."""
    command = [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity=0"]
    there = {
        f"{PREFIX}DATABASE_URL": "",
        f"{PREFIX}DATA_DIR": str(folder.resolve()),
        f"{PREFIX}SECRET_KEY": "-" * 50,  # signs nothing, and keeps one from being made here
    }
    done = subprocess.run(  # noqa: S603 - our own program
        command,
        cwd=BASE_DIR,
        env={**os.environ, **there, "DJANGO_SETTINGS_MODULE": "admin_system.minimal_settings"},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        raise MoveFault("move_migration_failed", reason=done.stderr.strip()[-500:])
    return folder / DATABASE
