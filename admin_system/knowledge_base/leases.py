"""How a worker holds a job: it claims it, gives signs of life, and says how the work ended.

A job runs in one worker at a time: whoever claims it holds a lease, which its heartbeat renews. A
worker that dies stops renewing, and the next one takes the job up where its work stands in the
database. A worker that only slept comes back to a lease that is another's, and may write no more.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from admin_system.knowledge_base.clock import read_clock
from admin_system.knowledge_base.models import Document, Job
from admin_system.knowledge_base.worker_names import is_alive
from admin_system.knowledge_base.writing import writing

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
"""Without a sign of life for so long, a job is anybody's again."""
HEARTBEAT_SECONDS = 2.0
"""Between two signs of life, which also bring what is wished of the job."""
MOST_FAULTS = 5
"""Attempts after which a fault that may pass counts as one that stays."""
MOST_ATTEMPTS = 50
"""How often a job is taken up at all: something in it may kill every worker."""
PAUSES = (2, 10, 60, 300)
"""Seconds before the next attempt after a fault that may pass."""
LONGEST_WAIT = timedelta(minutes=10)
"""More than any job is put off: one that would wait longer was put off before somebody set the
clock back."""
PROMPT = (Job.Kind.INDEX, Job.Kind.REMOVE)
"""Somebody waits for these; work on the whole library makes way for them."""
ALONE = (Job.Kind.REBUILD, Job.Kind.CHECK)
"""One of these at a time: what one builds the other compares."""

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
    counts: bool = True
    """Whether this was one of the attempts of which there is a greatest number."""


def claim(worker: str, *, can_see: bool) -> Job | None:
    """The next job, now held by this worker. `can_see`: a vision model answers in this process,
    so that documents which wait for one are taken up as well."""
    # Without the lock of a writer; an idle worker asks the first question alone.
    if not (is_anything_to_do() and open_jobs(can_see=can_see).exists()):
        return None
    with writing():
        open_ = open_jobs(can_see=can_see).select_for_update().order_by("id")
        job = open_.filter(kind__in=PROMPT).first() or open_.first()
        if job is None:
            return None
        job.state, job.worker = State.RUNNING, worker  # a wish that the last one missed stays
        job.leased_until = read_clock() + LEASE
        job.attempts += 1
        job.save()
        if job.document_id:
            Document.objects.filter(pk=job.document_id).update(attempts=job.attempts)
        return job


def is_anything_to_do() -> bool:
    """Perhaps for others, or later."""
    return Job.objects.filter(state__in=(State.QUEUED, State.RUNNING, State.WAITING)).exists()


def open_jobs(*, can_see: bool = False) -> QuerySet[Job]:
    """That a worker may take up; none of a document or a model that another one works on."""
    now = read_clock()
    lapsed = Q(state=State.RUNNING, leased_until__lt=now)
    due = Q(run_after=None) | Q(run_after__lte=now) | Q(run_after__gt=now + LONGEST_WAIT)
    waits_its_turn = Q(state=State.QUEUED) & due
    if can_see:
        waits_its_turn |= Q(state=State.WAITING) & due
    same = Q(document=OuterRef("document")) | Q(profile=OuterRef("profile"))
    others = Job.objects.filter(same, state=State.RUNNING, leased_until__gte=now)
    alone = Job.objects.filter(kind__in=ALONE, state=State.RUNNING, leased_until__gte=now)
    return Job.objects.filter(lapsed | waits_its_turn).exclude(
        Exists(others.exclude(pk=OuterRef("pk")))
        | Q(Exists(alone.exclude(pk=OuterRef("pk"))), kind__in=ALONE)
    )


def prompt_work_waits() -> bool:
    return open_jobs().filter(kind__in=PROMPT).exists()


def release_dead() -> int:
    """Jobs of processes of this machine that are no more need not wait for the end of a lease."""
    running = Job.objects.filter(state=State.RUNNING, leased_until__gte=read_clock())
    dead = [(job.pk, job.worker) for job in running if not is_alive(job.worker)]
    released = 0
    for pk, worker in dead:
        held = Job.objects.filter(pk=pk, worker=worker, state=State.RUNNING)
        released += held.update(leased_until=read_clock() - LEASE)
    return released


def renew(job: Job) -> str:
    """Sign of life; returns what is wished of the job: nothing, pause or cancel.

    Raises LeaseLost.
    """
    held = _held(job)
    if not held.update(leased_until=read_clock() + LEASE):
        raise LeaseLost
    wish = held.values_list("wish", flat=True).first()
    if wish is None:
        raise LeaseLost
    return wish


def require(job: Job) -> None:
    """In a transaction: nothing of it is kept unless the job is still this worker's.

    Raises LeaseLost.
    """
    if not _held(job).select_for_update().exists():
        raise LeaseLost


def tell_progress(job: Job, share: float) -> None:
    """0..1 of the whole work."""
    _held(job).update(progress=round(share, 4))


def tell_result(job: Job, result: dict[str, object]) -> None:
    """What came of the work; before it is settled."""
    _held(job).update(result=result)


def settle(job: Job, outcome: Outcome) -> Outcome:
    """Ends this worker's hold on the job, and shows on the document how it is.

    Returns what became of it: when the job was asked for again while it was worked on it is
    queued, however the work ended; when it is not at its end, a wish that was not heard yet comes
    true. Raises LeaseLost.
    """
    with writing():
        row = _held(job).select_for_update().first()
        if row is None:
            raise LeaseLost
        asked_again = row.requests != job.requests
        if asked_again:
            outcome = Outcome(State.QUEUED)
        if outcome.state in (State.QUEUED, State.WAITING) and row.wish:
            outcome = Outcome(Job.WISHED[row.wish])
        row.state, row.wish, row.worker, row.leased_until = outcome.state, "", "", None
        row.run_after = read_clock() + timedelta(seconds=outcome.after) if outcome.after else None
        row.error_code, row.error_values = outcome.code, outcome.values or {}
        if asked_again or outcome.state in (State.WAITING, State.PAUSED):
            row.attempts = 0
        elif not outcome.counts:
            row.attempts = max(0, row.attempts - 1)
        if outcome.state == State.DONE:
            row.progress = 1.0
        row.save()
        if job.document_id:
            _show(job.document_id, outcome)
    return outcome


def give_back(job: Job) -> None:
    """The worker stops: another one, or this one after its start, goes on at once."""
    with writing():
        if _held(job).select_for_update().exists():
            settle(job, Outcome(State.QUEUED))
            Job.objects.filter(pk=job.pk, attempts__gt=0).update(attempts=F("attempts") - 1)


def pause_before(attempt: int) -> int:
    """Seconds before the next attempt; `attempt` counts from 1."""
    return PAUSES[min(attempt, len(PAUSES)) - 1]


def _held(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(
        pk=job.pk, state=State.RUNNING, worker=job.worker, attempts=job.attempts
    )


def _show(document_id: int, outcome: Outcome) -> None:
    shown = Document.State.READY if outcome.state == State.DONE else outcome.state
    rows = Document.objects.filter(pk=document_id).exclude(state=Document.State.DELETING)
    progress = {"progress": 1.0} if shown == Document.State.READY else {}
    rows.update(state=shown, error_code=outcome.code, error_values=outcome.values or {}, **progress)
