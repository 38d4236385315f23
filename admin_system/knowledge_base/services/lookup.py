"""Documents and passages by their numbers, for those who may read their topics."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count, QuerySet

from admin_system.knowledge_base.errors import EntryNotFound
from admin_system.knowledge_base.leases import PROMPT
from admin_system.knowledge_base.models import Document, Job, Passage
from admin_system.knowledge_base.services.permissions import Allowed

Neighbours = tuple[Passage | None, Passage | None]
"""The passage before, the passage after."""


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


def visible_passages(allowed: Allowed, *, switched_off: bool = False) -> QuerySet[Passage]:
    """Published ones, with document and topic at hand; `switched_off` also shows what is not in
    use."""
    rows = Passage.objects.select_related("document__topic").filter(live=True)
    rows = rows.exclude(document__state=Document.State.DELETING)
    if allowed is not None:
        rows = rows.filter(document__topic__in=allowed)
    return rows if switched_off else rows.filter(enabled=True)


def get_passage(number: int, allowed: Allowed, *, switched_off: bool = False) -> Passage:
    """With document and topic at hand; `switched_off` also finds what is not in use.

    Raises EntryNotFound.
    """
    passage = visible_passages(allowed, switched_off=switched_off).filter(pk=number).first()
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


def count_states(documents: QuerySet[Document]) -> dict[str, int]:
    """State -> how many of them are in it; states that none is in are left out."""
    return dict(documents.order_by().values_list("state").annotate(Count("pk")))


def find_places(documents: Collection[int]) -> dict[int, int]:
    """Number of a document that waits its turn -> its place in the queue, from 1."""
    queued = Job.objects.filter(state=Job.State.QUEUED, kind__in=PROMPT).order_by("id")
    numbers = queued.values_list("document", flat=True)
    wanted = set(documents)
    return {number: place for place, number in enumerate(numbers, start=1) if number in wanted}


def find_neighbours(passage: Passage, *, switched_off: bool = False) -> Neighbours:
    """As `get_passage`, those before and after it in its document."""
    others = visible_passages(None, switched_off=switched_off).filter(document=passage.document_id)
    return (
        others.filter(ordinal__lt=passage.ordinal).order_by("-ordinal").first(),
        others.filter(ordinal__gt=passage.ordinal).order_by("ordinal").first(),
    )
