"""Kept pictures that no row names: litter of a process that ended between file and row, or of a
storage that did not answer when a row went."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from django.core.files.storage import default_storage
from django.db.models import Model

from admin_system.core import conversations, picture_sets, records
from admin_system.core.files_watch import TRIAL
from admin_system.core.models import AnalysisRecord, MessagePicture, SetPicture
from admin_system.env import get_env
from admin_system.file_places import find_bucket

if TYPE_CHECKING:
    from admin_system.core.bucket_files import BucketFiles

FOLDERS = (records.FOLDER, conversations.FOLDER, picture_sets.FOLDER, TRIAL)
FIELDS: tuple[tuple[type[Model], str], ...] = (
    (AnalysisRecord, "thumbnail"),
    (AnalysisRecord, "boxed_image"),
    (MessagePicture, "file"),
    (MessagePicture, "thumbnail"),
    (SetPicture, "file"),
    (SetPicture, "thumbnail"),
)


def find_unneeded(older_than: float) -> Iterator[tuple[str, int]]:
    """Names and bytes of those written more than so many seconds ago: a picture is written before
    its row."""
    named = named_files()
    for name, size, modified in kept_files():
        if name.startswith(FOLDERS) and name not in named and time.time() - modified > older_than:
            yield name, size


def remove_unneeded(names: list[str]) -> None:
    named = named_files()
    for name in names:
        if name not in named:  # still
            default_storage.delete(name)


def named_files() -> set[str]:
    found: set[str] = set()
    for model, field in FIELDS:
        rows: Any = model._default_manager
        found.update(rows.values_list(field, flat=True))
    return found


def kept_files() -> Iterator[tuple[str, int, float]]:
    """Name, bytes, and the second of its writing."""
    if find_bucket(get_env()) is not None:
        for one in cast("BucketFiles", default_storage).entries():
            yield one.name, one.size, one.modified.timestamp()
        return
    root = Path(default_storage.path(""))
    for path in root.rglob("*"):
        if path.is_file():
            state = path.stat()
            yield path.relative_to(root).as_posix(), state.st_size, state.st_mtime
