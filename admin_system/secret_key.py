"""The key that signs sessions: made once, kept readable by this user only."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key
from filelock import FileLock


def read_secret_key(path: Path) -> str:
    """Makes the key when the file is missing; two processes that start together get one key."""
    with FileLock(path.with_name(f"{path.name}.lock")):
        if path.exists() and (key := path.read_text(encoding="ascii").strip()):
            return key
        key = get_random_secret_key()
        unfinished = path.with_name(f"{path.name}.new")
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        return key
