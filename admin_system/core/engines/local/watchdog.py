"""Tells a step that is stuck from one that is slow, from a thread of its own."""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable

logger = logging.getLogger(__name__)

LEAST_SECONDS = 120.0
"""No step is called stuck before: the first ones on a slow computer take long."""
SLOWER = 50.0
"""Times the slowest step so far."""
INTERVAL = 1.0
"""Seconds between two looks."""


class Watchdog:
    """`began` and `ended` are called by the thread that is watched, around each step."""

    def __init__(self, on_stuck: Callable[[], None], least_seconds: float = LEAST_SECONDS) -> None:
        """`on_stuck` is called once, on the watchdog's thread."""
        self._on_stuck = on_stuck
        self._least = least_seconds
        self._slowest = 0.0
        self._since: float | None = None
        self._ident = 0
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="engine-watchdog", daemon=True)

    def start(self) -> None:
        """On the thread that is watched."""
        self._ident = threading.get_ident()
        self._thread.start()

    def began(self) -> None:
        self._since = time.monotonic()

    def ended(self) -> None:
        if self._since is not None:
            self._slowest = max(self._slowest, time.monotonic() - self._since)
        self._since = None

    def close(self) -> None:
        self._closed.set()

    @property
    def limit(self) -> float:
        """Seconds."""
        return max(self._least, SLOWER * self._slowest)

    def _watch(self) -> None:
        while not self._closed.wait(min(INTERVAL, self._least / 4)):
            since = self._since
            if since is not None and time.monotonic() - since > self.limit:
                frame = sys._current_frames().get(self._ident)
                where = "".join(traceback.format_stack(frame)) if frame else ""
                logger.error("a step is stuck for %.0f s:\n%s", time.monotonic() - since, where)
                self._on_stuck()
                return
