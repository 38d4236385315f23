"""Pictures are kept whole and with their rows, or not at all, whatever fails meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.db.models.fields.files import FieldFile


class WholeFiles(FileSystemStorage):
    """Django's, which leaves behind what it had written when the disk was full."""

    def _save(self, name: str, content: File[Any]) -> str:
        """Nobody else has the name: it is drawn from 192 random bits (`stored_pictures`)."""
        try:
            kept: str = super()._save(name, content)  # type: ignore[misc]
        except OSError:
            Path(self.path(name)).unlink(missing_ok=True)
            raise
        return kept


@contextmanager
def with_their_row(*files: FieldFile) -> Iterator[None]:
    """Round the writing of a row and of its files: these go again where it fails."""
    try:
        yield
    except BaseException:
        for file in files:
            if file:
                with suppress(OSError):
                    file.delete(save=False)
        raise
