"""The queue of background work: rows that are leased, renewed, taken over, stopped and retried.

A job runs in one worker at a time: whoever claims it holds a lease, which its heartbeat renews. A
worker that dies stops renewing, and the next one takes the job up where its work stands in the
database. What a document's job does shows on the document's own row.
"""

from __future__ import annotations

import logging
import socket
import threading
from dataclasses import dataclass
from datetime import timedelta

import psutil
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from admin_system.knowledge_base.models import Document, EmbeddingProfile, Job

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
"""Without a sign of life for so long, a job is anybody's again."""
HEARTBEAT_SECONDS = 5.0
MOST_FAULTS = 5
"""Attempts after which a fault that may pass counts as one that stays."""
MOST_ATTEMPTS = 50
"""How often a job is taken up at all: something in it may kill every worker."""
PAUSES = (2, 10, 60, 300)
"""Seconds before the next attempt after a fault that may pass."""

State = Job.State


class LeaseLost(Exception):
    """Another worker has the job by now; this one must leave it alone."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job's work ended."""

    state: str
    """Of the job: done, failed, waiting, queued (again), paused or cancelled."""
    code: str = ""
    """Why: a code of `messages`, for failed and waiting."""
    values: dict[str, object] | None = None
    after: int | None = None
    """Seconds until it may be taken up again."""


# What is asked of the queue


def add(
    kind: str, *, document: Document | None = None, profile: EmbeddingProfile | None = None
) -> Job:
    """A job of that kind; the one that is there already where it has not ended yet."""
    with transaction.atomic():
        active = Job.objects.filter(
            kind=kind, document=document, profile=profile, state__in=Job.ACTIVE
        ).first()
        return active or Job.objects.create(kind=kind, document=document, profile=profile)


def begin(document: Document) -> None:
    """The document's present content is to be worked on, from its first step."""
    with transaction.atomic():
        job = add(Job.Kind.INDEX, document=document)
        # A running one finds the new content at its end, and begins again.
        if job.state != State.RUNNING:
            Job.objects.filter(pk=job.pk).update(
                state=State.QUEUED, wish="", attempts=0, run_after=None
            )
        Document.objects.filter(pk=document.pk).update(
            state=Document.State.QUEUED, progress=0.0, error_code="", error_values={}, attempts=0
        )


def retry(document: Document) -> bool:
    """Works on a document that failed, waits, was paused or cancelled; False for any other."""
    again = ("failed", "waiting", "paused", "cancelled")
    with transaction.atomic():
        if not Document.objects.filter(pk=document.pk, state__in=again).exists():
            return False
        begin(document)
        return True


def pause(document: Document) -> bool:
    """At its next look, at once where it only waits its turn; False where nothing is to pause."""
    return _wish(document, "pause", State.PAUSED, Document.State.PAUSED)


def cancel(document: Document) -> bool:
    """As `pause`; what was found of the document before stays found."""
    return _wish(document, "cancel", State.CANCELLED, Document.State.CANCELLED)


def _wish(document: Document, wish: str, state: str, shown: str) -> bool:
    with transaction.atomic():
        active = Job.objects.filter(
            kind=Job.Kind.INDEX, document=document, state__in=Job.ACTIVE
        ).exclude(state=state)
        running = active.filter(state=State.RUNNING).update(wish=wish)
        stopped = active.exclude(state=State.RUNNING).update(state=state, wish="")
        if stopped:
            Document.objects.filter(pk=document.pk).exclude(state=Document.State.DELETING).update(
                state=shown
            )
        return bool(running or stopped)


# What a worker does


def claim(worker: str, *, can_see: bool) -> Job | None:
    """The next job, now held by this worker. `can_see`: a vision model answers in this process,
    so that documents which wait for one are taken up as well."""
    now = timezone.now()
    lapsed = Q(state=State.RUNNING, leased_until__lt=now)
    due = Q(run_after=None) | Q(run_after__lte=now)
    open_ = Q(state=State.QUEUED) & due
    if can_see:
        open_ |= Q(state=State.WAITING) & due
    if not Job.objects.filter(lapsed | open_).exists():  # without the lock of a writer
        return None
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(lapsed | open_).order_by("id").first()
        if job is None:
            return None
        job.state, job.worker = State.RUNNING, worker
        job.leased_until = now + LEASE
        job.attempts += 1
        job.save()
        if job.document_id:
            Document.objects.filter(pk=job.document_id).update(attempts=job.attempts)
        return job


def release_dead() -> int:
    """Jobs of processes of this machine that are no more need not wait for the end of a lease."""
    dead = [job.pk for job in Job.objects.filter(state=State.RUNNING) if not is_alive(job.worker)]
    return Job.objects.filter(pk__in=dead, state=State.RUNNING).update(leased_until=timezone.now())


def worker_name() -> str:
    """Of this thread, told apart from those of other machines and of former processes."""
    process = psutil.Process()
    return f"{machine()}:{process.pid}:{process.create_time():.0f}:{threading.get_ident()}"


def is_alive(worker: str) -> bool:
    """False only where it is sure: a process of this machine that has ended."""
    host, pid, created = [*worker.rsplit(":", 3), "", ""][:3]
    if host != machine() or not pid.isdigit():
        return host != machine()
    try:
        return f"{psutil.Process(int(pid)).create_time():.0f}" == created
    except psutil.NoSuchProcess:
        return False


def machine() -> str:
    return socket.gethostname()[:40].replace(":", "-")


def renew(job: Job) -> str:
    """Sign of life; returns what is wished of the job: nothing, pause or cancel.

    Raises LeaseLost.
    """
    held = _held(job)
    if not held.update(leased_until=timezone.now() + LEASE):
        raise LeaseLost
    return held.values_list("wish", flat=True).get()


def settle(job: Job, outcome: Outcome) -> None:
    """Ends this worker's hold on the job, and shows on the document how it is. Raises LeaseLost."""
    run_after = timezone.now() + timedelta(seconds=outcome.after) if outcome.after else None
    with transaction.atomic():
        if not _held(job).update(
            state=outcome.state,
            attempts=0 if outcome.state == State.WAITING else job.attempts,  # waiting is no fault
            wish="",
            worker="",
            leased_until=None,
            run_after=run_after,
            error_code=outcome.code,
            error_values=outcome.values or {},
        ):
            raise LeaseLost
        if job.document_id:
            _show(job.document_id, outcome)


def give_back(job: Job) -> None:
    """The server stops: another worker, or this one after its start, goes on at once."""
    _held(job).update(state=State.QUEUED, worker="", leased_until=None, attempts=F("attempts") - 1)


def pause_before(attempt: int) -> int:
    """Seconds before the next attempt; `attempt` counts from 1."""
    return PAUSES[min(attempt, len(PAUSES)) - 1]


def _held(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(
        pk=job.pk, state=State.RUNNING, worker=job.worker, attempts=job.attempts
    )


def _show(document_id: int, outcome: Outcome) -> None:
    shown = "ready" if outcome.state == State.DONE else outcome.state
    rows = Document.objects.filter(pk=document_id).exclude(state=Document.State.DELETING)
    rows.update(state=shown, error_code=outcome.code, error_values=outcome.values or {})
    if shown == Document.State.READY:
        rows.update(progress=1.0)
