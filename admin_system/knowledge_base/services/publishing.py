"""Passages into both indexes and out of them: rows, keywords and changes in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from admin_system.knowledge_base import vector_column
from admin_system.knowledge_base.embedding import current_profile
from admin_system.knowledge_base.hold import Hold
from admin_system.knowledge_base.keywords import keyword_index, to_keyword_rows
from admin_system.knowledge_base.models import (
    Document,
    DocumentText,
    IndexChange,
    Passage,
    PassageVector,
)
from admin_system.knowledge_base.writing import writing
from admin_system.vector_search.keyword_index import NOTHING_KNOWN, Tokens
from admin_system.vector_search.tokens import to_token_strings

AT_ONCE = 2_000


class ContentReplaced(Exception):
    """Another content of the document came while this one was worked on; its own job follows."""


class VectorsMissing(Exception):
    """The embedding model was changed meanwhile: some passages have none of its vectors yet."""


def publish_drafts(document: Document, text: str, *, profile_id: int | None, hold: Hold) -> int:
    """The drafts take the place of the passages that are live; returns how many there are now.

    `document` is the row as it was when its content was read, `profile_id` the model that the
    drafts were embedded with. Raises ContentReplaced, VectorsMissing, LeaseLost.
    """
    drafts = Passage.objects.filter(document=document, live=False)
    tokens = tokenize_passages([*drafts, *shown_passages(document)])
    with writing():
        hold.require()
        require_content(document)
        require_vectors(drafts, profile_id)
        if Passage.objects.filter(document=document, live=True).exists():
            remove_former(document, drafts, tokens)
        count = drafts.update(live=True)
        enter(document, tokens)
        DocumentText.objects.bulk_create(
            [DocumentText(document=document, text=text)],
            update_conflicts=True,
            unique_fields=["document"],
            update_fields=["text"],
        )
        Document.objects.filter(pk=document.pk).update(indexed_sha256=document.sha256)
        return count


def remove_former(document: Document, drafts: QuerySet[Passage], tokens: Tokens) -> None:
    """In a transaction: the live passages go. What somebody took out stays out, where it comes
    again."""
    withdraw(document, tokens)
    former = Passage.objects.filter(document=document, live=True)
    switched_off = former.filter(enabled=False)
    texts = set(switched_off.filter(picture="").values_list("text", flat=True))
    pictures = set(switched_off.exclude(picture="").values_list("picture", flat=True))
    former.delete()
    drafts.filter(picture="", text__in=texts).update(enabled=False)
    drafts.filter(picture__in=pictures).update(enabled=False)


def require_content(document: Document) -> None:
    """In a transaction: the content that was read is still the document's. Raises
    ContentReplaced."""
    row = Document.objects.select_for_update().filter(pk=document.pk, version=document.version)
    if not row.exclude(state=Document.State.DELETING).exists():
        raise ContentReplaced


def require_vectors(passages: QuerySet[Passage], profile_id: int | None) -> None:
    """In a transaction: all have a vector of the model that searches use. Raises VectorsMissing."""
    now = current_profile()
    if (now.pk if now else None) != profile_id:
        raise VectorsMissing
    if profile_id is not None and passages.exclude(vectors__profile=profile_id).exists():
        raise VectorsMissing


def shown_passages(document: Document) -> list[Passage]:
    """That stand in the indexes, or are about to leave them."""
    return list(Passage.objects.filter(document=document, live=True, enabled=True))


def tokenize_passages(passages: Iterable[Passage]) -> Tokens:
    """Takes a while for many, so it is done before a transaction that keeps others waiting."""
    texts = list({passage.indexed_text: None for passage in passages})
    return dict(zip(texts, to_token_strings(texts), strict=True))


def tokenize_shown(document: Document) -> Tokens:
    return tokenize_passages(shown_passages(document))


def withdraw(document: Document, tokens: Tokens = NOTHING_KNOWN) -> None:
    """Takes all that is live and enabled out of both indexes; the rows stay. In a transaction."""
    shown = shown_passages(document)
    keyword_index().remove(to_keyword_rows(shown, document.topic_id), tokens)
    note_changes(passage.pk for passage in shown)


def enter(document: Document, tokens: Tokens = NOTHING_KNOWN) -> None:
    """Puts all that is live and enabled into both indexes again. In a transaction."""
    shown = shown_passages(document)
    keyword_index().add(to_keyword_rows(shown, document.topic_id), tokens)
    note_changes(passage.pk for passage in shown)


def note_changes(passage_ids: Iterable[int]) -> None:
    changes = [IndexChange(passage_id=id_) for id_ in passage_ids]
    IndexChange.objects.bulk_create(changes, batch_size=AT_ONCE)


def store_vectors(profile_id: int, ids: Sequence[int], blobs: Sequence[bytes]) -> None:
    """Once for each passage and model; a second time changes nothing. In a transaction."""
    if vector_column.has_column():
        vector_column.store(profile_id, ids, blobs)
        return
    PassageVector.objects.bulk_create(
        [
            PassageVector(passage_id=id_, profile_id=profile_id, data=data)
            for id_, data in zip(ids, blobs, strict=True)
        ],
        batch_size=AT_ONCE,
        ignore_conflicts=True,
    )
