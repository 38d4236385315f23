"""What a backup holds: the database, the files beside it, and a manifest of their hashes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import urlsplit
from urllib.request import url2pathname

from django.core.files.storage import default_storage, storages
from django.db import connection

from admin_system.core.errors import CoreError
from admin_system.core.files_watch import TRIAL
from admin_system.env import get_env
from admin_system.file_places import files_dir, find_bucket

if TYPE_CHECKING:
    from admin_system.core.bucket_files import BucketFiles

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
    with_files: bool = True
    """Whether documents and pictures are in it."""

    def __post_init__(self) -> None:
        """Raises TypeError."""
        if not isinstance(self.files, dict):
            raise TypeError(f"files is a {type(self.files).__name__}, not an object")


@dataclass(frozen=True, slots=True)
class Stored:
    """A document or picture where it lies now."""

    moment: datetime
    open: Callable[[], BinaryIO]
    """Raises FileNotFoundError."""


def data_files() -> dict[str, Stored]:
    """Name in the archive -> the file, of what lies in the folders or in the bucket now."""
    if find_bucket(get_env()) is not None:
        return {
            f"{folder}/{one.name}": Stored(one.modified, partial(files.open_stream, one.name))
            for folder, files in buckets().items()
            for one in files.entries()
            if not one.name.startswith(TRIAL)
        }
    root = files_dir(get_env())
    return {
        path.relative_to(root).as_posix(): stored_file(path)
        for folder in FOLDERS
        for path in sorted((root / folder).rglob("*"))
        if path.is_file() and not path.name.startswith(PASSING)
    }


def stored_file(path: Path) -> Stored:
    moment = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Stored(moment, lambda: path.open("rb"))


def buckets() -> dict[str, BucketFiles]:
    """By their folder; where there is a bucket."""
    return {
        "documents": cast("BucketFiles", storages["documents"]),
        "media": cast("BucketFiles", default_storage),
    }


def database_path() -> Path:
    """Of SQLite."""
    name = str(connection.settings_dict["NAME"])
    return Path(url2pathname(urlsplit(name).path) if name.startswith("file:") else name)
