"""The queue of background work, as those see it who want something done: add, retry, pause, cancel.

What a worker does with a job is in `leases`. What a document's job does shows on the document's
own row.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from admin_system.knowledge_base.bell import WORK
from admin_system.knowledge_base.clock import read_clock
from admin_system.knowledge_base.models import Document, EmbeddingProfile, Job
from admin_system.knowledge_base.writing import writing

KEPT = timedelta(days=7)
"""How long a job that has ended can be looked up."""

State = Job.State
AGAIN = (State.FAILED, State.WAITING, State.PAUSED, State.CANCELLED)
"""States from which somebody may have work tried again; a document's are called the same."""


def add(
    kind: str,
    *,
    document: Document | None = None,
    profile: EmbeddingProfile | None = None,
    wanted: dict[str, object] | None = None,
    after: timedelta | None = None,
) -> Job:
    """A job of that kind, not before `after`; the one that is there where it has not ended yet."""
    wanted = wanted or {}
    with writing():
        same = Job.objects.filter(
            kind=kind, document=document, profile=profile, state__in=Job.ACTIVE
        )
        active = next((job for job in same if job.wanted == wanted), None)
        run_after = read_clock() + after if after else None
        transaction.on_commit(WORK.ring)
        return active or Job.objects.create(
            kind=kind, document=document, profile=profile, wanted=wanted, run_after=run_after
        )


def begin(document: Document) -> None:
    """The document's present content is to be worked on, from its first step.

    A worker that has the job already finds the request when it ends, and leaves the job queued:
    whatever it did was for the former content.
    """
    with writing():
        ask_again(add(Job.Kind.INDEX, document=document))
        Document.objects.filter(pk=document.pk).update(
            state=Document.State.QUEUED, progress=0.0, error_code="", error_values={}, attempts=0
        )


def ask_again(job: Job) -> None:
    """Takes back what was wished of it. In a transaction."""
    transaction.on_commit(WORK.ring)
    asked = Job.objects.filter(pk=job.pk)
    asked.update(requests=F("requests") + 1, wish="")
    asked.exclude(state=State.RUNNING).update(
        state=State.QUEUED, attempts=0, run_after=None, error_code="", error_values={}
    )


def retry(document: Document) -> bool:
    """Works on a document that failed, waits, was paused or cancelled; False for any other."""
    with writing():
        if not Document.objects.filter(pk=document.pk, state__in=AGAIN).exists():
            return False
        begin(document)
        return True


def retry_job(job: Job) -> bool:
    """As `retry`, of a job without a document."""
    with writing():
        if not Job.objects.filter(pk=job.pk, state__in=AGAIN).exists():
            return False
        ask_again(job)
        return True


def pause(document: Document) -> bool:
    """At its next look, at once where it only waits its turn; False where nothing is to pause."""
    return _wish(indexing(document), Job.Wish.PAUSE)


def cancel(document: Document) -> bool:
    """As `pause`; what was found of the document before stays found."""
    return _wish(indexing(document), Job.Wish.CANCEL)


def pause_job(job: Job) -> bool:
    """As `pause`, of any job."""
    return _wish(Job.objects.filter(pk=job.pk), Job.Wish.PAUSE)


def cancel_job(job: Job) -> bool:
    return _wish(Job.objects.filter(pk=job.pk), Job.Wish.CANCEL)


def indexing(document: Document) -> QuerySet[Job]:
    return Job.objects.filter(kind=Job.Kind.INDEX, document=document)


def _wish(wanted: QuerySet[Job], wish: str) -> bool:
    state = Job.WISHED[wish]
    with writing():
        active = wanted.filter(state__in=Job.ACTIVE).exclude(state=state)
        documents = list(active.exclude(state=State.RUNNING).values_list("document", flat=True))
        running = active.filter(state=State.RUNNING).update(wish=wish)
        stopped = active.exclude(state=State.RUNNING).update(
            state=state, wish="", updated_at=timezone.now()
        )
        Document.objects.filter(pk__in=documents).exclude(state=Document.State.DELETING).update(
            state=state
        )
        return bool(running or stopped)


def prune() -> int:
    """Forgets jobs that ended long ago; returns how many."""
    ended = Job.objects.exclude(state__in=Job.ACTIVE)
    count, _ = ended.filter(updated_at__lt=timezone.now() - KEPT).delete()
    return count
