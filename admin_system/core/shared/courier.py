"""The thread that tells Redis what nobody has to wait for."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from functools import lru_cache

from admin_system.core.shared.errors import RedisAway

logger = logging.getLogger(__name__)

JOIN_SECONDS = 2.0

Errand = Callable[[], object]
"""May raise RedisAway: what it had to tell is lost then, and expires in Redis by itself."""


class Courier:
    """Callable from any thread; errands are run one after another, as they came."""

    def __init__(self) -> None:
        self._errands: queue.SimpleQueue[Errand] = queue.SimpleQueue()
        self._rounds: list[tuple[float, Errand]] = []
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ended = False

    def send(self, errand: Errand) -> None:
        """Waits for nothing, so it may be called on an event loop."""
        self._errands.put(errand)
        self._begin()

    def every(self, seconds: float, errand: Errand) -> None:
        """Again and again, as long as the process lives."""
        with self._lock:
            self._rounds.append((seconds, errand))
        self.send(lambda: None)

    def stop(self) -> None:
        """When what was sent before is done; nothing is run after it."""
        self._ended = True
        self._errands.put(lambda: None)
        if self._thread is not None:
            self._thread.join(JOIN_SECONDS)

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        done: dict[Errand, float] = {}
        while not self._ended or not self._errands.empty():
            with self._lock:
                rounds = list(self._rounds)
            now = time.monotonic()
            for seconds, errand in rounds:
                if now - done.setdefault(errand, now) >= seconds:
                    done[errand] = now
                    self._go(errand)
            pause = min((seconds / 4 for seconds, _ in rounds), default=60.0)
            try:
                self._go(self._errands.get(timeout=pause))
            except queue.Empty:
                continue

    def _go(self, errand: Errand) -> None:
        try:
            errand()
        except RedisAway:
            logger.debug("an errand to Redis was given up")
        except Exception:
            logger.exception("an errand to Redis failed")


@lru_cache(maxsize=1)
def get_courier() -> Courier:
    """The one of this process."""
    return Courier()
