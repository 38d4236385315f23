"""Documents go: not found from this moment on, then taken out of rows, indexes and storage."""

from __future__ import annotations

from django.db import transaction

from admin_system.knowledge_base import jobs, storage
from admin_system.knowledge_base.hold import Hold
from admin_system.knowledge_base.models import Document, DocumentPicture, Job, Passage
from admin_system.knowledge_base.services.adding import remove_unneeded
from admin_system.knowledge_base.services.publishing import (
    note_changes,
    tokenize_shown,
    withdraw,
)


def remove_document(document: Document) -> None:
    """No search that begins after it returns finds a passage of it; the rest is a job's work."""
    with transaction.atomic():
        Document.objects.filter(pk=document.pk).update(
            name=f"§{document.pk}",  # its own may be given to another one at once
            state=Document.State.DELETING,
            error_code="",
            progress=0.0,
        )
        jobs.cancel(document)
        jobs.add(Job.Kind.REMOVE, document=document)
        shown = Passage.objects.filter(document=document, live=True)
        note_changes(shown.values_list("pk", flat=True))


def erase_document(document: Document, hold: Hold) -> None:
    """What `remove_document` left: rows, keyword index, files. May be repeated.

    Raises LeaseLost.
    """
    tokens = tokenize_shown(document)
    with transaction.atomic():
        hold.require()
        withdraw(document, tokens)
        pictures = set(
            DocumentPicture.objects.filter(document=document).values_list("sha256", flat=True)
        )
        document.delete()
    remove_unneeded(document.sha256)
    for sha256 in pictures:
        if not DocumentPicture.objects.filter(sha256=sha256).exists():
            storage.remove(sha256)
