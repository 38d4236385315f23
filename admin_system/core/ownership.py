"""Which process owns the model: a lock on a file, with the owner's process id beside it."""

from __future__ import annotations

import os
from pathlib import Path

from filelock import FileLock, Timeout

from admin_system.core.errors import ModelOwnedElsewhere


class ModelLock:
    """Held while a model lives in this process; the system lets go of it when the process dies.

    The process id stands in a file of its own, since Windows lets nobody read a locked one.
    """

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(path, thread_local=False)
        self._owner = path.with_name(f"{path.name}.pid")

    @property
    def held(self) -> bool:
        return self._lock.is_locked

    def acquire(self) -> None:
        """May be repeated. Raises ModelOwnedElsewhere."""
        if self.held:
            return
        try:
            self._lock.acquire(blocking=False)
        except Timeout as error:
            raise ModelOwnedElsewhere(self._read_owner()) from error
        self._owner.write_text(str(os.getpid()), encoding="ascii")

    def release(self) -> None:
        if self.held:
            self._owner.unlink(missing_ok=True)
            self._lock.release()

    def _read_owner(self) -> int:
        """0 when the owner has not written it yet."""
        try:
            return int(self._owner.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return 0
