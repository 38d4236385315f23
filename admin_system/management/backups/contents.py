"""What a backup holds: the database, the files beside it, and a manifest of their hashes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from django.db import connection

from admin_system.core.errors import CoreError
from admin_system.env import get_env

MANIFEST = "manifest.json"
DATABASE = "db.sqlite3"
SETTINGS = "settings.env"
SECRET_KEY = "secret_key"  # noqa: S105 - a file's name
FOLDERS = ("documents", "media")
"""Of the data folder. Index files are left out: they are made from the database."""
PASSING = ("incoming_",)
"""Beginnings of the names of files that are still being written."""
FORMAT = 1


class BackupFault(CoreError):
    """Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Manifest:
    format: int
    version: str
    """Of the program that wrote it."""
    created_at: str
    with_secrets: bool
    files: dict[str, str]
    """Name in the archive -> SHA-256, hexadecimal."""


def data_files() -> dict[str, Path]:
    """Name in the archive -> the file, of what lies in the folders now."""
    root = get_env().data_dir
    return {
        path.relative_to(root).as_posix(): path
        for folder in FOLDERS
        for path in sorted((root / folder).rglob("*"))
        if path.is_file() and not path.name.startswith(PASSING)
    }


def database_path() -> Path:
    """Raises BackupFault for a database that its own tools have to copy."""
    if connection.vendor != "sqlite":
        raise BackupFault("backup_other_database", vendor=connection.vendor)
    name = str(connection.settings_dict["NAME"])
    return Path(url2pathname(urlsplit(name).path) if name.startswith("file:") else name)
