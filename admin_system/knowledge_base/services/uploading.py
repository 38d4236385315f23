"""A file that somebody sends: a document, or an archive whose files become documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from admin_system.core.stored_bytes import StorageFull
from admin_system.knowledge_base import storage
from admin_system.knowledge_base.errors import BadName, DocumentError
from admin_system.knowledge_base.models import Document
from admin_system.knowledge_base.readers.archives import Member, Refused
from admin_system.knowledge_base.readers.isolation import unpack_isolated
from admin_system.knowledge_base.readers.limits import DEFAULT_LIMITS
from admin_system.knowledge_base.services.adding import NewDocument, add_document

ARCHIVE = ".zip"


@dataclass(frozen=True, slots=True)
class Upload:
    """What came of it."""

    documents: tuple[Document, ...]
    """In the order of the archive; those that were there already with the same bytes, too."""
    left_out: tuple[Refused, ...] = ()
    """Files of the archive that are no documents."""


def add_upload(new: NewDocument, blocks: Iterable[bytes]) -> Upload:
    """One document, or where the name ends in .zip one for each file in it, named as there with
    its folders.

    Blocks some seconds for an archive, which is unpacked in a process of its own. Raises as
    `add_document`; DocumentError for an archive that cannot be opened or has no file to read.
    """
    if not is_archive(new.name):
        document, _ = add_document(new, blocks)
        return Upload((document,))
    with storage.receive(blocks, DEFAULT_LIMITS.file_bytes) as incoming:
        return add_members(new, incoming)


def is_archive(name: str) -> bool:
    return name.lower().endswith(ARCHIVE)


def add_members(new: NewDocument, archive: storage.Incoming) -> Upload:
    documents: list[Document] = []
    left_out: list[Refused] = []
    for member in unpack_isolated(archive.path):
        if isinstance(member, Member):
            try:
                document, _ = add_document(
                    replace(new, name=member.name, title=""), blocks=[member.data]
                )
                documents.append(document)
            except (DocumentError, BadName, StorageFull) as error:
                left_out.append(Refused.of(member.name, error))
        else:
            left_out.append(member)
    return Upload(tuple(documents), tuple(left_out))
