"""Documents and topics go: not found from this moment on; rows, indexes and files follow."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from admin_system.knowledge_base import jobs
from admin_system.knowledge_base.hold import Hold
from admin_system.knowledge_base.keywords import keyword_index, to_keyword_rows
from admin_system.knowledge_base.models import Document, DocumentPicture, Job, Passage, Topic
from admin_system.knowledge_base.services.adding import remove_unneeded
from admin_system.knowledge_base.services.naming import GONE
from admin_system.knowledge_base.services.publishing import note_changes, tokenize_passages
from admin_system.knowledge_base.services.topics import remove_empty_topic
from admin_system.knowledge_base.writing import writing

AT_ONCE = 200
"""Documents that one transaction marks as deleted; others write between two of them."""
ERASED_AT_ONCE = 500
"""Passages, likewise."""


def remove_document(document: Document) -> None:
    """No search that begins after it returns finds a passage of it; the rest is a job's work."""
    remove_documents(Document.objects.filter(pk=document.pk))


@writing()
def remove_documents(documents: QuerySet[Document]) -> None:
    """All of them in one transaction: as `remove_document`."""
    for document in documents.only("pk"):
        Document.objects.filter(pk=document.pk).update(
            name=f"{GONE}{document.pk}",
            state=Document.State.DELETING,
            error_code="",
            progress=0.0,
        )
        jobs.cancel(document)
        jobs.add(Job.Kind.REMOVE, document=document)
        shown = Passage.objects.filter(document=document, live=True)
        note_changes(shown.values_list("pk", flat=True))


def remove_topic(topic: Topic) -> None:
    """With all its documents: no search that begins after it returns finds any of them.

    Its name is free from then on; the row goes when the last document has been erased.
    """
    kept = Document.objects.filter(topic=topic).exclude(state=Document.State.DELETING)
    while len(batch := list(kept.values_list("pk", flat=True)[:AT_ONCE])) == AT_ONCE:
        remove_documents(Document.objects.filter(pk__in=batch))
    with writing():  # together, so that nothing is added in between
        row = Topic.all_objects.select_for_update().filter(pk=topic.pk)
        row.update(name=f"{GONE}{topic.pk}", deleting=True)
        remove_documents(kept)
        remove_empty_topic(topic.pk)


def erase_document(document: Document, hold: Hold) -> None:
    """What `remove_document` left: rows, keyword index, files. May be repeated.

    Raises LeaseLost.
    """
    passages = Passage.objects.filter(document=document).order_by("pk")
    while some := list(passages[:ERASED_AT_ONCE]):
        erase_passages(some, document, hold)
    with writing():
        hold.require()
        pictures = DocumentPicture.objects.filter(document=document)
        unneeded = {document.sha256, *pictures.values_list("sha256", flat=True)}
        document.delete()
        remove_empty_topic(document.topic_id)
    remove_unneeded(*unneeded)


def erase_passages(passages: Sequence[Passage], document: Document, hold: Hold) -> None:
    """Rows and keywords go together, so that both are the same whenever it is broken off. Nobody
    changes passages of a document that is being deleted. Raises LeaseLost."""
    shown = [passage for passage in passages if passage.live and passage.enabled]
    tokens = tokenize_passages(shown)
    with writing():
        hold.require()
        keyword_index().remove(to_keyword_rows(shown, document.topic_id), tokens)
        note_changes(passage.pk for passage in shown)
        Passage.objects.filter(pk__in=[passage.pk for passage in passages]).delete()
