"""A worker: takes jobs one after another, keeps their leases alive, and says how they ended."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from django.db import DatabaseError, connections

from admin_system.core import events
from admin_system.core.errors import CoreError
from admin_system.core.outages import find_outage
from admin_system.knowledge_base import leases, vision
from admin_system.knowledge_base.bell import WORK
from admin_system.knowledge_base.embedding import EmbedderChanged
from admin_system.knowledge_base.errors import KnowledgeError, ReadingStopped
from admin_system.knowledge_base.hold import Hold, MakesWay, WorkStopped
from admin_system.knowledge_base.leases import LeaseLost, Outcome
from admin_system.knowledge_base.models import Job
from admin_system.knowledge_base.services.profiles import check_weights
from admin_system.knowledge_base.services.publishing import ContentReplaced
from admin_system.knowledge_base.work import run_job
from admin_system.knowledge_base.worker_names import worker_name
from admin_system.vector_search.errors import SearchError

logger = logging.getLogger(__name__)

REST_SECONDS = 2.0
"""Between two looks at an empty queue, for work that other processes add or that falls due."""
FAULT_SECONDS = 2.0
"""After a look at the queue that failed."""
OUTAGE_SECONDS = 5
"""Before work goes on that lacked room on the disk or the database, however often it does."""
GRACE_SECONDS = 0.5
"""For the last words of a thread whose job has been given back already."""


class Worker:
    """One thread that works; a second one beside it renews the lease meanwhile."""

    def __init__(self, can_see: Callable[[], bool] = lambda: bool(vision.find_seeing_model())):
        self._can_see = can_see
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._job: Job | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self.run, name="knowledge-worker", daemon=True)
        self._thread.start()

    def ask_to_stop(self) -> None:
        """A job that runs is given back at its next look."""
        self._stop.set()
        WORK.ring()

    def stop(self, timeout: float) -> None:
        """Blocks until then, `timeout` seconds at most: what does not look up in time, such as a
        vision model in mid-sentence, loses its job, and can write nothing of it any more."""
        self.ask_to_stop()
        if self._thread is None:
            return
        self._thread.join(timeout)
        job = self._job
        if self._thread.is_alive() and job is not None:
            leases.give_back(job)
            self._thread.join(GRACE_SECONDS)

    def run(self, *, until_empty: bool = False) -> None:
        """Until `stop`, or until nothing is left to do."""
        try:
            while not self._stop.is_set():
                heard = WORK.times
                busy = self._work_or_tell()
                if not busy and until_empty:
                    return
                if not busy and not self._stop.is_set():
                    WORK.wait(heard, REST_SECONDS)
        finally:
            connections.close_all()

    def _work_or_tell(self) -> bool:
        """Nothing ends a worker: what is wrong with one job or one moment may not be with all."""
        try:
            return self.work_once()
        except Exception as error:
            if find_outage(error) is None:
                logger.exception("the queue cannot be worked on")
            else:
                logger.warning("the queue cannot be worked on: %s", error)
            connections.close_all()
            self._stop.wait(FAULT_SECONDS)
            return False

    def work_once(self) -> bool:
        """False when there was nothing to do."""
        job = leases.claim(worker_name(), can_see=self._can_see())
        if job is None:
            return False
        self._job = job
        try:
            with Lease(job, self._stop) as lease:
                outcome = self._outcome(job, lease)
            if outcome is None:
                leases.give_back(job)
            elif self._settle(job, outcome).state == Job.State.FAILED:
                tell_failure(job, outcome)
        except LeaseLost:
            logger.warning("job %s was taken over by another worker", job.pk)
        finally:
            self._job = None
        return True

    def _settle(self, job: Job, outcome: Outcome) -> Outcome:
        """Again and again where the database is away, until the lease is another's.

        Raises LeaseLost.
        """
        while True:
            try:
                return leases.settle(job, outcome)
            except DatabaseError as error:
                if find_outage(error) is None or self._stop.wait(FAULT_SECONDS):
                    raise
                connections.close_all()  # one that was cut is never whole again

    def _outcome(self, job: Job, lease: Lease) -> Outcome | None:
        """How it ended; None when this worker shall not go on with it now."""
        if job.attempts > leases.MOST_ATTEMPTS:
            return Outcome("failed", "job_attempts_used_up", {"attempts": leases.MOST_ATTEMPTS})
        try:
            if lease.should_stop():
                return lease.wished
            return run_job(job, lease)
        except (WorkStopped, ReadingStopped) as error:
            if isinstance(error, ReadingStopped) and not lease.should_stop():
                return Outcome("failed", error.code, dict(error.values))
            return lease.wished
        except MakesWay:
            return None
        except ContentReplaced:
            return Outcome("queued")
        except EmbedderChanged as error:
            check_weights()
            return to_outcome(job, error)
        except LeaseLost:
            raise
        except (KnowledgeError, SearchError, CoreError) as error:
            return to_outcome(job, error)
        except Exception as error:
            if (outage := find_outage(error)) is not None:
                logger.warning("job %s (%s) waits: %s", job.pk, job.kind, error)
                return Outcome("queued", outage.code, {}, OUTAGE_SECONDS, counts=False)
            leases.renew(job)  # a fault of work that is another's by now is no fault
            logger.exception("job %s (%s) failed", job.pk, job.kind)
            return after_a_fault(job)


class Lease(Hold):
    """Renews the lease of a job in a thread of its own, and hears what is wished of it."""

    def __init__(self, job: Job, stopping: threading.Event) -> None:
        self._job = job
        self._stopping = stopping
        self._ended = threading.Event()
        self._wish = job.wish
        self._lost = False
        self._thread = threading.Thread(target=self._keep, name="knowledge-lease", daemon=True)

    def __enter__(self) -> Lease:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def should_stop(self) -> bool:
        return self._lost or bool(self._wish) or self._stopping.is_set()

    def require(self) -> None:
        leases.require(self._job)

    @property
    def wished(self) -> Outcome | None:
        return Outcome(Job.WISHED[self._wish]) if self._wish else None

    def _keep(self) -> None:
        try:
            while not self._ended.wait(leases.HEARTBEAT_SECONDS):
                try:
                    self._wish = leases.renew(self._job)
                except LeaseLost:
                    self._lost = True
                    return
                except DatabaseError:
                    logger.exception("the lease of job %s could not be renewed", self._job.pk)
                    connections.close_all()
        finally:
            connections.close_all()


def to_outcome(job: Job, error: KnowledgeError | SearchError | CoreError) -> Outcome:
    """Failed with the reason, or queued again where the fault may pass."""
    if getattr(error, "retry", False) and job.attempts < leases.MOST_FAULTS:
        pause = leases.pause_before(job.attempts)
        return Outcome("queued", error.code, dict(error.values), pause)
    return Outcome("failed", error.code, dict(error.values))


def tell_failure(job: Job, outcome: Outcome) -> None:
    """To those who look after the service; its document shows the reason by itself."""
    if job.document is not None:
        reason = {"reason": outcome.code, "reason_values": outcome.values or {}}
        events.record("event_document_failed", document=job.document.title, **reason)


def after_a_fault(job: Job) -> Outcome:
    """Of ours: tried again a few times, since it may pass."""
    if job.attempts < leases.MOST_FAULTS:
        return Outcome("queued", "job_fault", {}, leases.pause_before(job.attempts))
    return Outcome("failed", "job_fault", {})
