"""Documents come in: bytes are kept, a row says so, a job follows; nothing is read yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Sum

from admin_system.core.stored_bytes import require_room
from admin_system.knowledge_base import jobs, storage
from admin_system.knowledge_base.errors import EmptyDocument
from admin_system.knowledge_base.models import Document, DocumentPicture, Topic
from admin_system.knowledge_base.readers.limits import DEFAULT_LIMITS
from admin_system.knowledge_base.services.naming import check_name
from admin_system.knowledge_base.services.topics import require_topic
from admin_system.knowledge_base.writing import writing

TRIED_AGAIN = (Document.State.FAILED, Document.State.CANCELLED)
"""States in which the same bytes, sent once more, are worked on anew."""


@dataclass(frozen=True, slots=True)
class NewDocument:
    """What is to be added. Raises BadName."""

    topic: Topic
    name: str
    """A document of this name in the topic gets a new version. Folders in it are kept."""
    title: str = ""
    """Empty takes the name, without its folders."""
    kind: str = Document.Kind.FILE
    source: str = ""
    """Of a synchronised folder; see `Document.source`."""
    owner: str = "local"

    def __post_init__(self) -> None:
        check_name(self.name)
        if self.title:
            check_name(self.title)


def add_document(new: NewDocument, blocks: Iterable[bytes]) -> tuple[Document, bool]:
    """The row, and whether there is something to do: the same bytes again in the same topic are
    the document that is there already.

    Raises EmptyDocument, DocumentTooLarge, TopicGone, StorageFull; nothing is kept then.
    """
    with storage.receive(blocks, DEFAULT_LIMITS.file_bytes) as incoming:
        if not incoming.size:
            raise EmptyDocument("document_empty")
        try:
            incoming.send_ahead()
            return enter_content(new, incoming)
        except Exception:
            if incoming.is_kept:  # and its row was not
                remove_unneeded(incoming.sha256)
            raise


def add_text(new: NewDocument, text: str) -> tuple[Document, bool]:
    """A pasted text, read as Markdown whatever its name. Raises as `add_document`."""
    if not text.strip():
        raise EmptyDocument("document_empty")
    as_text = replace(new, kind=Document.Kind.TEXT)
    return add_document(as_text, [text.encode("utf-8", "replace")])


@writing()
def enter_content(new: NewDocument, incoming: storage.Incoming) -> tuple[Document, bool]:
    """Raises TopicGone, StorageFull."""
    topic = require_topic(new.topic)
    rows = Document.objects.select_for_update().filter(topic=topic)
    rows = rows.exclude(state=Document.State.DELETING)
    row = rows.filter(name=new.name).first()
    same = row
    if row is None and not new.source:
        same = rows.filter(sha256=incoming.sha256, kind=new.kind).first()
    if same is not None and (same.sha256, same.kind) == (incoming.sha256, new.kind):
        incoming.keep()  # its file may have been lost
        return same, begin_again(same)
    if row is None:
        row = Document(topic=topic, name=new.name, owner=new.owner, version=0)
    former = row.sha256
    if not new.source:
        require_room(new.owner, incoming.size - (row.size if row.owner == new.owner else 0))
        row.owner = new.owner
    row.title = new.title or row.title or new.name.rpartition("/")[2]
    row.kind, row.source = new.kind, new.source
    row.sha256, row.size = incoming.sha256, incoming.size
    row.version += 1
    incoming.keep()
    row.save()
    jobs.begin(row)
    row.refresh_from_db()
    if former:
        transaction.on_commit(lambda: remove_unneeded(former))
    return row, True


def bytes_of(owner: str) -> int:
    """Of the documents that this owner has sent; what stands in a synchronised folder is not."""
    rows = Document.objects.filter(owner=owner, source="").exclude(state=Document.State.DELETING)
    size: int | None = rows.aggregate(sum=Sum("size"))["sum"]
    return size or 0


def begin_again(document: Document) -> bool:
    """Where the work on it had ended without success; returns whether it had."""
    tried_again = document.state in TRIED_AGAIN
    if tried_again:
        jobs.begin(document)
        document.refresh_from_db()
    return tried_again


def remove_unneeded(*hashes: str) -> None:
    """The bytes of contents and pictures that no document has any more."""
    for sha256 in hashes:
        with writing():
            needed = Document.objects.filter(sha256=sha256).exists()
            if not needed and not DocumentPicture.objects.filter(sha256=sha256).exists():
                storage.remove(sha256)
