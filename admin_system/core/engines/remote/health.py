"""Looks after the upstreams of a pool: those at rest now and then, those left out when due."""

from __future__ import annotations

import logging
import threading

from admin_system.core.engines.remote.pool import Member, Pool
from admin_system.core.engines.remote.upstream import Upstream
from admin_system.core.errors import LoadError
from admin_system.core.upstreams import without_user

logger = logging.getLogger(__name__)

TICK = 0.5
"""Seconds between two questions who is due."""


class HealthCheck:
    """A thread of its own; where there is one upstream only, none: it is asked in any case."""

    def __init__(self, pool: Pool, *, ours: bool) -> None:
        self._pool = pool
        self._ours = ours
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        if len(self._pool.members) > 1:
            self._thread = threading.Thread(target=self._run, name="upstreams", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._ended.set()

    def _run(self) -> None:
        while not self._ended.wait(TICK):
            for member in self._pool.due():
                if self._ended.is_set():
                    return
                self.look_at(member)

    def look_at(self, member: Member) -> None:
        shown = without_user(member.address.url)
        try:
            model = Upstream(member.address, ours=self._ours).look()
        except LoadError as error:
            logger.info("upstream %s is not well: %s", shown, error.code)
            self._pool.blame(member, error.code)
        else:
            if self._pool.welcome(member, model.name):
                logger.info("upstream %s is back", shown)
