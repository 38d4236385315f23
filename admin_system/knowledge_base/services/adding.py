"""Documents come in: bytes are kept, a row says so, a job follows; nothing is read yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from admin_system.knowledge_base import jobs, storage
from admin_system.knowledge_base.errors import DocumentTooLarge, EmptyDocument
from admin_system.knowledge_base.models import Document, Topic
from admin_system.knowledge_base.readers.limits import DEFAULT_LIMITS

MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class NewDocument:
    """What is to be added."""

    topic: Topic
    name: str
    """A document of this name in the topic gets a new version."""
    title: str = ""
    """Empty takes the name."""
    kind: str = Document.Kind.FILE
    source: str = ""
    owner: str = "local"

    def __post_init__(self) -> None:
        if not 0 < len(self.name) <= 300:
            raise ValueError(f"the name has {len(self.name)} characters; it has 1 to 300")


def add_document(new: NewDocument, blocks: Iterable[bytes]) -> tuple[Document, bool]:
    """The row, and whether there is something to do: the same bytes again in the same topic are
    the document that is there already.

    Raises EmptyDocument, DocumentTooLarge; nothing is kept then.
    """
    try:
        sha256, size = storage.keep(blocks, DEFAULT_LIMITS.file_bytes)
    except ValueError:
        limit = DEFAULT_LIMITS.file_bytes // MEBIBYTE
        raise DocumentTooLarge("document_too_many_bytes", limit=limit) from None
    if not size:
        raise EmptyDocument("document_empty")
    with transaction.atomic():
        rows = Document.objects.select_for_update().filter(topic=new.topic)
        rows = rows.exclude(state=Document.State.DELETING)
        same = rows.filter(sha256=sha256, kind=new.kind).first()
        if same is not None and (not new.source or same.name == new.name):
            return same, False
        row = rows.filter(name=new.name).first()
        if row is None:
            row = Document(topic=new.topic, name=new.name, owner=new.owner, version=0)
        former = row.sha256
        row.title = new.title or row.title or new.name.rpartition("/")[2]
        row.kind, row.source = new.kind, new.source
        row.sha256, row.size = sha256, size
        row.version += 1
        row.save()
        jobs.begin(row)
        if former:
            transaction.on_commit(lambda: remove_unneeded(former))
        return row, True


def add_text(new: NewDocument, text: str) -> tuple[Document, bool]:
    """A pasted text, read as Markdown. Raises as `add_document`."""
    return add_document(new, [text.encode("utf-8", "replace")])


def remove_unneeded(sha256: str) -> None:
    """The bytes of a content that no document has any more."""
    if not Document.objects.filter(sha256=sha256).exists():
        storage.remove(sha256)
