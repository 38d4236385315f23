"""Texts and passages changed by hand: at once, and by no search ever seen by half."""

from __future__ import annotations

from copy import copy

from django.db.models import Q

from admin_system.knowledge_base import storage
from admin_system.knowledge_base.embedding import current_profile, get_embedder
from admin_system.knowledge_base.errors import ChangedMeanwhile, EmptyDocument, NotEditable
from admin_system.knowledge_base.keywords import keyword_index, to_keyword_rows
from admin_system.knowledge_base.models import Document, EmbeddingProfile, Passage, PassageVector
from admin_system.knowledge_base.readers.draft import clean
from admin_system.knowledge_base.readers.encodings import decode_text
from admin_system.knowledge_base.readers.limits import DEFAULT_LIMITS
from admin_system.knowledge_base.services.adding import (
    NewDocument,
    enter_content,
    remove_unneeded,
)
from admin_system.knowledge_base.services.embedding_passages import embed_each
from admin_system.knowledge_base.services.moving import require_document
from admin_system.knowledge_base.services.publishing import note_changes, store_vectors
from admin_system.knowledge_base.writing import writing
from admin_system.vector_search.errors import EmbedderLoadError

WRITTEN = ("txt", "markdown", "csv")
"""Formats that are their own text."""
LONGEST = 4_000
"""Characters of a passage. What exceeds an embedding model's tokens is found by words alone."""
REPLACED_SOON = (Document.State.SPLITTING, Document.State.EMBEDDING)


def read_text(document: Document) -> str:
    """As its author wrote it, with all signs of Markdown. Raises NotEditable."""
    refuse_files(document)
    return decode_text(storage.read(document.sha256))


def edit_text(document: Document, text: str, *, version: int | None = None) -> Document:
    """A new version, in UTF-8; the former one is found until it is ready.

    `version` is the one that the author has seen. Raises NotEditable, EmptyDocument, DocumentGone,
    DocumentTooLarge, and ChangedMeanwhile where another version has come since.
    """
    if not text.strip():
        raise EmptyDocument("document_empty")
    refuse_files(document)
    data = [text.encode("utf-8", "replace")]
    with storage.receive(data, DEFAULT_LIMITS.file_bytes) as incoming:
        try:
            incoming.send_ahead()
            return enter_text(document, incoming, version)
        except Exception:
            if incoming.is_kept:  # and its row was not
                remove_unneeded(incoming.sha256)
            raise


@writing()
def enter_text(document: Document, incoming: storage.Incoming, version: int | None) -> Document:
    row = require_document(document)
    if version is not None and row.version != version:
        raise ChangedMeanwhile("document_changed_meanwhile")
    new = NewDocument(row.topic, row.name, title=row.title, kind=row.kind, owner=row.owner)
    edited, _ = enter_content(new, incoming)
    return edited


def refuse_files(document: Document) -> None:
    if document.source:
        raise NotEditable("document_of_a_folder", folder=document.source)
    if not is_text(document):
        raise NotEditable("document_not_text")


def is_text(document: Document) -> bool:
    return document.kind == Document.Kind.TEXT or document.format in WRITTEN


def is_editable(document: Document) -> bool:
    """Whether its whole text is read and written here."""
    return not document.source and is_text(document)


def edit_passage(
    passage: Passage, *, text: str | None = None, enabled: bool | None = None
) -> Passage:
    """Another text, or out of the search, or back in; what is None stays. `passage` is as its
    author has seen it.

    Blocks while the text is embedded; then rows, vectors and both indexes change in one
    transaction. Raises NotEditable, EmbedderLoadError, EmbedderFault, and ChangedMeanwhile where
    the passage is another one by now.
    """
    text = passage.text if text is None else check_text(passage, text)
    while True:
        vectors = embed_for(passage, text)
        with writing():
            row = require_passage(passage)
            profile = current_profile()
            if profile is None or profile.pk in vectors:
                return change(row, text, row.enabled if enabled is None else enabled, vectors)


def check_text(passage: Passage, text: str) -> str:
    """Cleaned as that of a file. Raises NotEditable."""
    if passage.picture:
        raise NotEditable("passage_is_picture")
    text = clean(text)
    if not 0 < len(text) <= LONGEST:
        raise NotEditable("passage_wrong_length", limit=LONGEST)
    return text


def embed_for(passage: Passage, text: str) -> dict[int, bytes]:
    """Its vectors by the keys of all embedding models that know the passage, and of the present
    one; those it has already where the text stays."""
    known = {vector.profile_id: bytes(vector.data) for vector in passage.vectors.all()}
    if text != passage.text:
        known.clear()
    wanted = copy(passage)
    wanted.text = text
    profiles = EmbeddingProfile.objects.filter(Q(is_current=True) | Q(vectors__passage=passage))
    for profile in profiles.distinct():
        if profile.pk in known:
            continue
        try:
            (known[profile.pk],) = embed_each(get_embedder(profile), [wanted])
        except EmbedderLoadError:
            if profile.is_current:
                raise  # another one embeds what it lacks before it becomes the present one
    return known


def require_passage(passage: Passage) -> Passage:
    """As it is now, held until the end of the transaction. Raises ChangedMeanwhile."""
    rows = Passage.objects.select_for_update().select_related("document")
    row = rows.filter(pk=passage.pk, live=True, text=passage.text).first()
    if row is None or row.document.state == Document.State.DELETING:
        raise ChangedMeanwhile("passage_changed_meanwhile")
    if row.document.state in REPLACED_SOON:
        raise ChangedMeanwhile("passage_being_replaced")
    return row


def change(row: Passage, text: str, enabled: bool, vectors: dict[int, bytes]) -> Passage:
    """In a transaction."""
    topic = row.document.topic_id
    if row.enabled:
        keyword_index().remove(to_keyword_rows([row], topic))
    row.edited = row.edited or text != row.text
    row.text, row.enabled = text, enabled
    row.save(update_fields=["text", "enabled", "edited"])
    PassageVector.objects.filter(passage=row).delete()
    for profile_id, data in vectors.items():
        store_vectors(profile_id, [row.pk], [data])
    if row.enabled:
        keyword_index().add(to_keyword_rows([row], topic))
    note_changes([row.pk])
    return row
