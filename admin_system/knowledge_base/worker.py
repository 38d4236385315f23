"""A worker: takes jobs one after another, keeps their leases alive, and says how they ended."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from django.db import DatabaseError, close_old_connections, connections

from admin_system.core.errors import CoreError
from admin_system.knowledge_base import jobs, vision
from admin_system.knowledge_base.errors import KnowledgeError, ReadingStopped, WorkStopped
from admin_system.knowledge_base.jobs import LeaseLost, Outcome
from admin_system.knowledge_base.live_index import save_live_indexes
from admin_system.knowledge_base.models import Document, Job
from admin_system.knowledge_base.services.indexing import index_document
from admin_system.knowledge_base.services.publishing import ContentReplaced
from admin_system.knowledge_base.services.removing import erase_document
from admin_system.vector_search.errors import SearchError

logger = logging.getLogger(__name__)

REST_SECONDS = 0.5
"""Between two looks at an empty queue."""
SAVE_SECONDS = 60.0
"""Between two savings of the indexes that this process holds."""


class Worker:
    """One thread that works; a second one beside it renews the lease meanwhile."""

    def __init__(self, can_see: Callable[[], bool] = lambda: bool(vision.find_seeing_model())):
        self._can_see = can_see
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._saved_at = time.monotonic()

    def start(self) -> None:
        self._thread = threading.Thread(target=self.run, name="knowledge-worker", daemon=True)
        self._thread.start()

    def stop(self, timeout: float | None = None) -> None:
        """A job that runs is given back at its next look."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def run(self, *, until_empty: bool = False) -> None:
        """Until `stop`, or until nothing is left to do."""
        try:
            jobs.release_dead()
            while not self._stop.is_set():
                close_old_connections()
                try:
                    busy = self.work_once()
                    self._save_now_and_then()
                except DatabaseError:
                    logger.exception("the queue cannot be read")
                    busy = False
                if not busy and until_empty:
                    return
                if not busy:
                    self._stop.wait(REST_SECONDS)
        finally:
            connections.close_all()

    def work_once(self) -> bool:
        """False when there was nothing to do."""
        job = jobs.claim(jobs.worker_name(), can_see=self._can_see())
        if job is None:
            return False
        with Lease(job, self._stop) as lease:
            outcome = self._outcome(job, lease)
        try:
            if outcome is None:
                jobs.give_back(job)
            else:
                jobs.settle(job, outcome)
        except LeaseLost:
            logger.warning("job %s was taken over by another worker", job.pk)
        return True

    def _outcome(self, job: Job, lease: Lease) -> Outcome | None:
        """How it ended; None when this worker stops, and another one shall go on."""
        if job.attempts > jobs.MOST_ATTEMPTS:
            return Outcome("failed", "job_attempts_used_up", {"attempts": jobs.MOST_ATTEMPTS})
        try:
            return run_job(job, lease.should_stop)
        except (WorkStopped, ReadingStopped) as error:
            if isinstance(error, ReadingStopped) and not lease.should_stop():
                return Outcome("failed", error.code, dict(error.values))
            return lease.wished
        except ContentReplaced:
            return Outcome("queued")
        except (KnowledgeError, SearchError, CoreError) as error:
            return to_outcome(job, error)
        except Exception:
            logger.exception("job %s (%s) failed", job.pk, job.kind)
            return after_a_fault(job)

    def _save_now_and_then(self) -> None:
        if time.monotonic() - self._saved_at > SAVE_SECONDS:
            self._saved_at = time.monotonic()
            save_live_indexes()


class Lease:
    """Renews the lease of a job in a thread of its own, and hears what is wished of it."""

    def __init__(self, job: Job, stopping: threading.Event) -> None:
        self._job = job
        self._stopping = stopping
        self._ended = threading.Event()
        self._wish = ""
        self._thread = threading.Thread(target=self._keep, name="knowledge-lease", daemon=True)

    def __enter__(self) -> Lease:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def should_stop(self) -> bool:
        return bool(self._wish) or self._stopping.is_set()

    @property
    def wished(self) -> Outcome | None:
        states = {"pause": "paused", "cancel": "cancelled"}
        return Outcome(states[self._wish]) if self._wish in states else None

    def _keep(self) -> None:
        try:
            while not self._ended.wait(jobs.HEARTBEAT_SECONDS):
                try:
                    self._wish = jobs.renew(self._job)
                except LeaseLost:
                    self._wish = "lost"
                    return
                except DatabaseError:
                    logger.exception("the lease of job %s could not be renewed", self._job.pk)
        finally:
            connections.close_all()


def run_job(job: Job, should_stop: Callable[[], bool]) -> Outcome:
    """Does the work. Raises what the work raises."""
    document = Document.objects.filter(pk=job.document_id).first() if job.document_id else None
    if document is None:
        return Outcome("cancelled")
    if job.kind == Job.Kind.INDEX:
        if document.state == Document.State.DELETING:
            return Outcome("cancelled")
        indexed = index_document(document, should_stop)
        if Document.objects.filter(pk=document.pk).exclude(sha256=document.sha256).exists():
            return Outcome("queued")
        if (wait := indexed.wait) is not None:
            return Outcome("waiting", wait.code, wait.values, wait.after)
        return Outcome("done")
    if job.kind == Job.Kind.REMOVE:
        erase_document(document)
        return Outcome("done")
    raise NotImplementedError(job.kind)


def to_outcome(job: Job, error: KnowledgeError | SearchError | CoreError) -> Outcome:
    """Failed with the reason, or queued again where the fault may pass."""
    if getattr(error, "retry", False) and job.attempts < jobs.MOST_FAULTS:
        return Outcome("queued", error.code, dict(error.values), jobs.pause_before(job.attempts))
    return Outcome("failed", error.code, dict(error.values))


def after_a_fault(job: Job) -> Outcome:
    """Of ours: tried again a few times, since a full disk or a locked database may pass."""
    if job.attempts < jobs.MOST_FAULTS:
        return Outcome("queued", "job_fault", {}, jobs.pause_before(job.attempts))
    return Outcome("failed", "job_fault", {})
