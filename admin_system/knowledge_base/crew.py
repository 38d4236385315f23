"""The workers of one process, and what has to be looked after beside them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from django.db import connections

from admin_system.knowledge_base import jobs, leases, vision
from admin_system.knowledge_base.embedding import current_profile, forget_embedder
from admin_system.knowledge_base.index_contents import prune_changes
from admin_system.knowledge_base.live_index import (
    get_live_index,
    held_indexes,
    keep_only,
    save_live_indexes,
    tend_live_indexes,
)
from admin_system.knowledge_base.models import EmbeddingProfile, Job, Passage
from admin_system.knowledge_base.services.profiles import check_weights
from admin_system.knowledge_base.services.rebuilding import check_tokens
from admin_system.knowledge_base.worker import Worker
from admin_system.knowledge_base.worker_names import process_name
from admin_system.vector_search.errors import IndexOpening

logger = logging.getLogger(__name__)

STOP_SECONDS = 1.5
"""For which the end of a process waits for the next look of its jobs."""
GLANCE_SECONDS = 3.0
"""Between two looks for jobs of dead processes, and for what the index has not seen yet."""
SAVE_SECONDS = 60.0
"""Between two savings of the indexes that this process holds, two prunings, two tidyings."""


class Crew:
    """Any number of workers: while one embeds, another reads the next document."""

    def __init__(
        self,
        workers: int,
        can_see: Callable[[], bool] = lambda: bool(vision.find_seeing_model()),
    ) -> None:
        self._workers = [Worker(can_see) for _ in range(workers)]
        self._ending = threading.Event()
        self._upkeep = threading.Thread(
            target=self._look_after, name="knowledge-upkeep", daemon=True
        )

    def start(self) -> None:
        self._upkeep.start()
        for worker in self._workers:
            worker.start()

    def stop(self) -> None:
        """What runs is given back, the indexes are saved. Blocks for seconds."""
        self._ending.set()
        for worker in self._workers:
            worker.ask_to_stop()
        end = time.monotonic() + STOP_SECONDS
        for worker in self._workers:
            worker.stop(max(0.0, end - time.monotonic()))
        save_live_indexes()

    def is_busy(self) -> bool:
        """Whether this process has a job, or there is one that it may take up now."""
        own = Job.objects.filter(state=Job.State.RUNNING, worker__startswith=process_name())
        return own.exists() or leases.open_jobs().exists()

    def _look_after(self) -> None:
        """Nothing ends it: what goes wrong once is tried again."""
        saved_at = time.monotonic()
        attempt(begin_upkeep)
        while not self._ending.wait(GLANCE_SECONDS):
            attempt(leases.release_dead)
            attempt(catch_up)
            if time.monotonic() - saved_at > SAVE_SECONDS:
                saved_at = time.monotonic()
                attempt(tidy_up)
        connections.close_all()


def attempt(deed: Callable[[], object]) -> None:
    try:
        deed()
    except Exception:
        logger.exception("%s did not succeed", getattr(deed, "__name__", deed))
        connections.close_all()


def begin_upkeep() -> None:
    """What may have changed while no process looked; then the model and the index are loaded, so
    that the first question need not wait."""
    leases.release_dead()
    check_tokens()
    if Passage.objects.exists():
        check_weights()
        profile = current_profile()
        if profile is not None:
            with suppress(IndexOpening):  # goes on by itself
                get_live_index(profile).get()


def catch_up() -> None:
    """A search after a large import then has little to replay."""
    with suppress(IndexOpening):
        for live in held_indexes():
            live.get()


def tidy_up() -> None:
    tend_live_indexes()
    jobs.prune()
    prune_changes()
    forget_former_models()


def forget_former_models() -> None:
    """Memory of models that neither searches nor a change of the model use any more."""
    changing = Job.objects.filter(kind=Job.Kind.EMBED, state__in=Job.ACTIVE)
    used = EmbeddingProfile.objects.filter(is_current=True) | EmbeddingProfile.objects.filter(
        pk__in=changing.values("profile")
    )
    keep_only(set(used.values_list("pk", flat=True)))
    specs = {profile.spec for profile in used}
    for profile in EmbeddingProfile.objects.all():
        if profile.spec not in specs:
            forget_embedder(profile)
