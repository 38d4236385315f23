"""The stored bytes of documents and pictures: there, unchanged, and needed."""

from __future__ import annotations

import time
from collections.abc import Iterator

from admin_system.core import unneeded_pictures
from admin_system.knowledge_base import jobs, storage
from admin_system.knowledge_base.checking.finding import Finding
from admin_system.knowledge_base.models import Document, DocumentPicture

NAMED = 5
"""Documents that are named; of others only the number is told."""
FRESH_SECONDS = 3600.0
"""An upload keeps its bytes before its row is there."""


def find_missing_files() -> Iterator[Finding]:
    rows = Document.objects.exclude(state=Document.State.DELETING)
    missing = [row.title for row in rows.iterator() if not storage.is_whole(row.sha256)]
    if missing:
        names = ", ".join(missing[:NAMED]) + (" …" if len(missing) > NAMED else "")
        yield Finding("check_files_missing", {"documents": len(missing), "names": names})


def find_missing_pictures() -> Iterator[Finding]:
    """They come again when their document is read again."""
    rows = DocumentPicture.objects.select_related("document").exclude(
        document__state=Document.State.DELETING
    )
    missing = [row for row in rows.iterator(1_000) if not storage.is_whole(row.sha256)]
    if missing:
        documents = {row.document_id: row.document for row in missing}

        def read_again() -> None:
            for document in documents.values():
                jobs.begin(document)

        yield Finding("check_pictures_missing", {"pictures": len(missing)}, read_again)


def find_unneeded_files() -> Iterator[Finding]:
    unneeded = list(unneeded_files())
    if unneeded:
        size = sum(one.size for one in unneeded) / 1e6
        values = {"files": len(unneeded), "megabytes": f"{size:.1f}"}
        yield Finding("check_files_unneeded", values, lambda: remove(unneeded))


def find_unneeded_pictures() -> Iterator[Finding]:
    """Of analyses, conversations and sets."""
    unneeded = list(unneeded_pictures.find_unneeded(FRESH_SECONDS))
    if unneeded:
        size = sum(size for _, size in unneeded) / 1e6
        names = [name for name, _ in unneeded]
        values = {"files": len(unneeded), "megabytes": f"{size:.1f}"}
        yield Finding(
            "check_pictures_unneeded", values, lambda: unneeded_pictures.remove_unneeded(names)
        )


def unneeded_files() -> Iterator[storage.Kept]:
    needed = needed_files()
    for one in storage.find_kept():
        if one.name not in needed and time.time() - one.written > FRESH_SECONDS:
            yield one


def remove(files: list[storage.Kept]) -> None:
    needed = needed_files()
    for one in files:
        if one.name not in needed:  # still
            one.remove()


def needed_files() -> set[str]:
    """The hashes of contents and pictures."""
    needed = set(Document.objects.values_list("sha256", flat=True))
    return needed | set(DocumentPicture.objects.values_list("sha256", flat=True))
