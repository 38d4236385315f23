"""Documents that nobody works on though they are not ready, and what broken work left behind."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from admin_system.knowledge_base import jobs
from admin_system.knowledge_base.checking.finding import Finding
from admin_system.knowledge_base.models import Document, Job, Passage
from admin_system.knowledge_base.writing import writing

State = Document.State


def find_lost_documents() -> Iterator[Finding]:
    rows = lost_documents()
    if count := rows.count():

        def begin() -> None:
            for document in rows:
                if document.state == State.DELETING:
                    jobs.add(Job.Kind.REMOVE, document=document)
                else:
                    jobs.begin(document)

        yield Finding("check_documents_lost", {"documents": count}, begin)


def lost_documents() -> QuerySet[Document]:
    """Under way without a job, or called ready with the passages of another content."""
    under_way = Q(state__in=(*Document.WORKING, State.DELETING, State.WAITING, State.PAUSED))
    other_content = Q(state=State.READY) & ~Q(indexed_sha256=F("sha256"))
    return Document.objects.filter(under_way | other_content).exclude(active_job())


def active_job() -> Exists:
    return Exists(Job.objects.filter(document=OuterRef("pk"), state__in=Job.ACTIVE))


def find_left_drafts() -> Iterator[Finding]:
    """A job that failed or was cancelled keeps its drafts for the next attempt: those of a ready
    document are of no use any more."""
    ready = Document.objects.filter(state=State.READY).exclude(active_job())
    rows = Passage.objects.filter(live=False, document__in=ready)
    if count := rows.count():

        def remove() -> None:
            with writing():
                rows.delete()

        yield Finding("check_drafts_left", {"passages": count}, remove)
