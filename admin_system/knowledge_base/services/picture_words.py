"""What the service's own vision model says of a document's pictures, put in their places."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable

from PIL import Image

from admin_system.knowledge_base import storage, vision
from admin_system.knowledge_base.models import Document, DocumentPicture
from admin_system.knowledge_base.readers.reading import Reading, describe_pictures

logger = logging.getLogger(__name__)


def add_picture_words(
    document: Document, reading: Reading, report: Callable[[float], None]
) -> tuple[Reading, int]:
    """The reading with the words for its pictures, and how many pictures still wait for a model.

    What was described once, here or in another document, is not asked again.
    """
    pictures = store_pictures(document, reading)
    for done, picture in enumerate(pictures):
        report(done / len(pictures))
        if not picture.described_by:
            describe(picture)
    words = {picture.number: picture.words for picture in pictures if picture.described_by}
    return describe_pictures(reading, words), len(pictures) - len(words)


def store_pictures(document: Document, reading: Reading) -> list[DocumentPicture]:
    """Their bytes and rows; words are taken over from the same picture elsewhere."""
    rows = []
    for number, found in enumerate(reading.pictures):
        sha256 = storage.keep(found.data)
        same = DocumentPicture.objects.filter(sha256=sha256).exclude(described_by="").first()
        row, _ = DocumentPicture.objects.update_or_create(
            document=document,
            number=number,
            defaults={
                "page": found.page,
                "source": found.source,
                "sha256": sha256,
                "width": found.width,
                "height": found.height,
                "words": same.words if same else "",
                "described_by": same.described_by if same else "",
            },
        )
        rows.append(row)
    DocumentPicture.objects.filter(document=document, number__gte=len(rows)).delete()
    return rows


def describe(picture: DocumentPicture) -> None:
    """Asks the model, where one can see; else the picture stays as it is."""
    model = vision.find_seeing_model()
    if model is None:
        return
    with Image.open(io.BytesIO(storage.read(picture.sha256))) as image:
        words = vision.describe(image.convert("RGB"), picture.sha256, model)
    picture.words, picture.described_by = words, model
    picture.save(update_fields=["words", "described_by"])
