"""A document from its bytes to its place in the indexes; every step can be resumed or stopped."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from admin_system.knowledge_base import storage
from admin_system.knowledge_base.embedding import current_profile
from admin_system.knowledge_base.errors import DamagedDocument
from admin_system.knowledge_base.hold import Hold
from admin_system.knowledge_base.models import Document, EmbeddingProfile, Passage
from admin_system.knowledge_base.readers.isolation import read_isolated
from admin_system.knowledge_base.readers.reading import Reading
from admin_system.knowledge_base.services.drafting import store_drafts, to_rows
from admin_system.knowledge_base.services.embedding_passages import embed_passages
from admin_system.knowledge_base.services.picture_words import Wait, add_picture_words
from admin_system.knowledge_base.services.pictures import remove_former_pictures
from admin_system.knowledge_base.services.publishing import (
    VectorsMissing,
    publish_drafts,
    require_content,
)
from admin_system.knowledge_base.splitting.splitter import split_reading
from admin_system.knowledge_base.writing import writing

logger = logging.getLogger(__name__)

READ, SPLIT = 0.15, 0.2
"""Shares of the whole work, told as progress, at which reading and splitting end."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """What came of it."""

    passages: int
    wait: Wait | None = None
    """Why pictures have no words yet; the rest of the document can be found."""


def index_document(document: Document, hold: Hold) -> Indexed:
    """Reads, splits, embeds and publishes the document's present content. Blocks for long.

    Writes state and progress on its row. Raises DocumentError, EmbedderLoadError, EmbedderFault,
    CoreError (its only picture is refused), WorkStopped, LeaseLost, and ContentReplaced when
    another content has come.
    """
    progress = Progress(document, hold)
    progress.tell(Document.State.PARSING, 0.0)
    reading = read_content(document, hold)
    if reading.pictures:  # whose words may take long
        progress.tell(Document.State.PARSING, 0.0, **facts_of(reading))
    described = add_picture_words(
        document,
        reading,
        lambda share: progress.tell(Document.State.PARSING, READ * share),
        hold.should_stop,
    )
    reading = described.reading
    progress.tell(Document.State.SPLITTING, READ, **facts_of(reading))
    rows = to_rows(document, split_reading(reading), described)
    with writing():
        hold.require()
        store_drafts(document, rows)
        progress.write(Document.State.EMBEDDING, SPLIT)
    passages = finish(document, reading.text, progress)
    remove_former_pictures(document, described.pictures)
    return Indexed(passages, described.wait)


def read_content(document: Document, hold: Hold) -> Reading:
    """Raises DocumentError, ContentReplaced."""
    as_markdown = document.kind == Document.Kind.TEXT
    try:
        with storage.as_file(document.sha256) as path:
            return read_isolated(
                path,
                f"{document.name}.md" if as_markdown else document.name,
                questions=document.kind == Document.Kind.QUESTIONS,
                should_stop=hold.should_stop,
            )
    except FileNotFoundError as error:  # the bytes of a former content go as soon as it is one
        require_content(document)
        raise DamagedDocument("document_bytes_missing") from error


def facts_of(reading: Reading) -> dict[str, object]:
    """As the document's row keeps them."""
    return {
        "format": reading.format,
        "page_unit": reading.page_unit or "",
        "page_count": reading.page_count,
        "notices": [{"code": one.code, "values": dict(one.values)} for one in reading.notices],
    }


def finish(document: Document, text: str, progress: Progress) -> int:
    """Embeds what has no vector and publishes; again if the model is changed in between."""
    while True:
        profile: EmbeddingProfile | None = current_profile()
        if profile is not None:
            embed_passages(
                Passage.objects.filter(document=document, live=False),
                profile,
                progress.tell_embedded,
            )
        try:
            return publish_drafts(
                document, text, profile_id=profile.pk if profile else None, hold=progress.hold
            )
        except VectorsMissing:
            logger.info("the embedding model was changed; document %s goes on", document.pk)


class Progress:
    """Written on the document's row; the place where a wish to stop is heard."""

    def __init__(self, document: Document, hold: Hold) -> None:
        self._document = document
        self.hold = hold

    def tell(self, state: str, share: float, **facts: object) -> None:
        """Raises WorkStopped, LeaseLost."""
        self.hold.look()
        with writing():
            self.hold.require()
            self.write(state, share, **facts)

    def tell_embedded(self, share: float) -> None:
        """Of the passages. Of all of them it is not written: publishing follows at once."""
        if share < 1:
            self.tell(Document.State.EMBEDDING, SPLIT + (1 - SPLIT) * share)
        else:
            self.hold.look()

    def write(self, state: str, share: float, **facts: object) -> None:
        """In a transaction that requires the hold. What is being deleted, or has got another
        content, has a state of its own."""
        row = Document.objects.filter(pk=self._document.pk, version=self._document.version)
        row.exclude(state=Document.State.DELETING).update(
            state=state, progress=round(share, 4), **facts
        )
