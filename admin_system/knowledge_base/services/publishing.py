"""Passages into both indexes and out of them: rows, keywords and changes in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction

from admin_system.knowledge_base.keywords import keyword_index, to_keyword_rows
from admin_system.knowledge_base.models import (
    Document,
    DocumentText,
    IndexChange,
    Passage,
    PassageVector,
)

AT_ONCE = 2_000


class ContentReplaced(Exception):
    """Another content of the document came while this one was worked on; its own job follows."""


class VectorsMissing(Exception):
    """The embedding model was changed meanwhile: some passages have none of its vectors yet."""


def publish_drafts(document: Document, text: str, *, sha256: str, profile_id: int | None) -> int:
    """The drafts take the place of the passages that are live; returns how many there are now.

    `sha256` is the content that was read. Raises ContentReplaced, VectorsMissing.
    """
    with transaction.atomic():
        row = Document.objects.select_for_update().get(pk=document.pk)
        if row.sha256 != sha256 or row.state == Document.State.DELETING:
            raise ContentReplaced
        drafts = Passage.objects.filter(document=row, live=False)
        if profile_id is not None and drafts.exclude(vectors__profile=profile_id).exists():
            raise VectorsMissing
        withdraw(row)
        former = Passage.objects.filter(document=row, live=True)
        switched_off = former.filter(enabled=False)
        texts = set(switched_off.filter(picture="").values_list("text", flat=True))
        pictures = set(switched_off.exclude(picture="").values_list("picture", flat=True))
        former.delete()
        # What somebody took out stays out, where it comes again.
        drafts.filter(picture="", text__in=texts).update(enabled=False)
        drafts.filter(picture__in=pictures).update(enabled=False)
        count = drafts.update(live=True)
        enter(row)
        DocumentText.objects.update_or_create(document=row, defaults={"text": text})
        Document.objects.filter(pk=row.pk).update(indexed_sha256=sha256)
        return count


def withdraw(document: Document) -> None:
    """Takes all that is live and enabled out of both indexes; the rows stay. In a transaction."""
    shown = list(Passage.objects.filter(document=document, live=True, enabled=True))
    keyword_index().remove(to_keyword_rows(shown, document.topic_id))
    note_changes(passage.pk for passage in shown)


def enter(document: Document) -> None:
    """Puts all that is live and enabled into both indexes again. In a transaction."""
    shown = list(Passage.objects.filter(document=document, live=True, enabled=True))
    keyword_index().add(to_keyword_rows(shown, document.topic_id))
    note_changes(passage.pk for passage in shown)


def note_changes(passage_ids: Iterable[int]) -> None:
    changes = [IndexChange(passage_id=id_) for id_ in passage_ids]
    IndexChange.objects.bulk_create(changes, batch_size=AT_ONCE)


def store_vectors(profile_id: int, ids: Sequence[int], blobs: Sequence[bytes]) -> None:
    """Once for each passage and model; a second time changes nothing."""
    PassageVector.objects.bulk_create(
        [
            PassageVector(passage_id=id_, profile_id=profile_id, data=data)
            for id_, data in zip(ids, blobs, strict=True)
        ],
        batch_size=AT_ONCE,
        ignore_conflicts=True,
    )
