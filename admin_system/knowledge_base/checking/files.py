"""The stored bytes of documents and pictures: there, unchanged, and needed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from admin_system.knowledge_base import jobs, storage
from admin_system.knowledge_base.checking.finding import Finding
from admin_system.knowledge_base.models import Document, DocumentPicture

NAMED = 5
"""Documents that are named; of others only the number is told."""
FRESH_SECONDS = 3600.0
"""An upload keeps its bytes before its row is there."""


def find_missing_files() -> Iterator[Finding]:
    rows = Document.objects.exclude(state=Document.State.DELETING)
    missing = [row.title for row in rows.iterator() if not is_whole(row.sha256)]
    if missing:
        names = ", ".join(missing[:NAMED]) + (" …" if len(missing) > NAMED else "")
        yield Finding("check_files_missing", {"documents": len(missing), "names": names})


def find_missing_pictures() -> Iterator[Finding]:
    """They come again when their document is read again."""
    rows = DocumentPicture.objects.select_related("document").exclude(
        document__state=Document.State.DELETING
    )
    missing = [row for row in rows.iterator(1_000) if not is_whole(row.sha256)]
    if missing:
        documents = {row.document_id: row.document for row in missing}

        def read_again() -> None:
            for document in documents.values():
                jobs.begin(document)

        yield Finding("check_pictures_missing", {"pictures": len(missing)}, read_again)


def is_whole(sha256: str) -> bool:
    path = storage.path_of(sha256)
    return path.exists() and storage.hash_of(path) == sha256


def find_unneeded_files() -> Iterator[Finding]:
    unneeded = list(unneeded_files())
    if unneeded:
        size = sum(path.stat().st_size for path in unneeded) / 1e6
        values = {"files": len(unneeded), "megabytes": f"{size:.1f}"}
        yield Finding("check_files_unneeded", values, lambda: remove(unneeded))


def unneeded_files() -> Iterator[Path]:
    needed = set(Document.objects.values_list("sha256", flat=True))
    needed |= set(DocumentPicture.objects.values_list("sha256", flat=True))
    for path in storage.folder().rglob("*"):
        old = path.is_file() and time.time() - path.stat().st_mtime > FRESH_SECONDS
        if old and path.name not in needed:
            yield path


def remove(paths: list[Path]) -> None:
    needed = set(Document.objects.values_list("sha256", flat=True))
    needed |= set(DocumentPicture.objects.values_list("sha256", flat=True))
    for path in paths:
        if path.name not in needed:  # still
            path.unlink(missing_ok=True)
