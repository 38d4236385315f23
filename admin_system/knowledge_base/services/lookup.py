"""Documents and passages by their numbers, for those who may read their topics."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count, QuerySet

from admin_system.knowledge_base.errors import EntryNotFound
from admin_system.knowledge_base.models import Document, Passage
from admin_system.knowledge_base.services.permissions import Allowed


def visible_documents(allowed: Allowed) -> QuerySet[Document]:
    """With their topics at hand."""
    rows = Document.objects.select_related("topic").exclude(state=Document.State.DELETING)
    return rows if allowed is None else rows.filter(topic__in=allowed)


def get_document(number: int, allowed: Allowed) -> Document:
    """Raises EntryNotFound."""
    document = visible_documents(allowed).filter(pk=number).first()
    if document is None:
        raise EntryNotFound("document_not_found", id=number)
    return document


def get_passage(number: int, allowed: Allowed, *, switched_off: bool = False) -> Passage:
    """With document and topic at hand; `switched_off` also finds what is not in use.

    Raises EntryNotFound.
    """
    rows = Passage.objects.select_related("document__topic").filter(pk=number, live=True)
    rows = rows.exclude(document__state=Document.State.DELETING)
    if allowed is not None:
        rows = rows.filter(document__topic__in=allowed)
    if not switched_off:
        rows = rows.filter(enabled=True)
    passage = rows.first()
    if passage is None:
        raise EntryNotFound("passage_not_found", id=number)
    return passage


def count_passages(documents: Collection[int]) -> dict[int, int]:
    """Number of a document -> its published passages; those without any are left out."""
    rows = Passage.objects.filter(document__in=documents, live=True)
    return dict(rows.order_by().values_list("document").annotate(Count("pk")))


def count_documents(topics: Collection[int]) -> dict[int, int]:
    """Number of a topic -> its documents; those without any are left out."""
    rows = Document.objects.filter(topic__in=topics).exclude(state=Document.State.DELETING)
    return dict(rows.order_by().values_list("topic").annotate(Count("pk")))
