"""The pictures of documents: kept while a passage shows them, and found for an answer."""

from __future__ import annotations

from collections.abc import Sequence

from admin_system.knowledge_base import storage
from admin_system.knowledge_base.models import Document, DocumentPicture, Passage
from admin_system.knowledge_base.readers.reading import FoundPicture, Reading
from admin_system.knowledge_base.services.adding import remove_unneeded
from admin_system.knowledge_base.writing import writing


def pictures_of(passage: Passage) -> list[DocumentPicture]:
    """Those that stand in it, in the document's order; of a passage that is a picture that one."""
    hashes = [*passage.pictures, *filter(None, [passage.picture])]
    if not hashes:
        return []
    return list(DocumentPicture.objects.filter(document=passage.document_id, sha256__in=hashes))


def read_picture_bytes(picture: DocumentPicture) -> tuple[bytes, str]:
    """JPEG or PNG, and its media type. Raises FileNotFoundError."""
    data = storage.read(picture.sha256)
    return data, "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"


def store_pictures(document: Document, reading: Reading) -> list[DocumentPicture]:
    """Their bytes and rows, in the order of the reading, beside those that live passages show."""
    rows = []
    for number, found in enumerate(reading.pictures):
        with storage.receive([found.data]) as incoming:
            incoming.send_ahead()
            rows.append(store(document, number, found, incoming))
    return rows


@writing()
def store(
    document: Document, number: int, found: FoundPicture, incoming: storage.Incoming
) -> DocumentPicture:
    """Words are taken over from the same picture elsewhere: it is not asked about twice."""
    incoming.keep()
    sha256 = incoming.sha256
    known = DocumentPicture.objects.filter(sha256=sha256).exclude(described_by="").first()
    row, _ = DocumentPicture.objects.update_or_create(
        document=document,
        sha256=sha256,
        defaults={
            "number": number,
            "page": found.page,
            "source": found.source,
            "width": found.width,
            "height": found.height,
            "words": known.words if known else "",
            "described_by": known.described_by if known else "",
        },
    )
    return row


def remove_former_pictures(document: Document, shown: Sequence[DocumentPicture]) -> None:
    """Those of a former content, once its passages are gone."""
    former = DocumentPicture.objects.filter(document=document).exclude(
        pk__in=[picture.pk for picture in shown]
    )
    hashes = list(former.values_list("sha256", flat=True))
    if hashes:
        former.delete()
        remove_unneeded(*hashes)
