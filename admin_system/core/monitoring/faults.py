"""Counts requests that failed through a fault of the service."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

WINDOW = 600.0
"""Seconds that a count looks back."""
REMEMBERED = 10_000


class Faults:
    """Callable from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._times: deque[float] = deque(maxlen=REMEMBERED)

    def add(self) -> None:
        with self._lock:
            self._times.append(self._clock())

    def count(self) -> int:
        """Of the last ten minutes."""
        oldest = self._clock() - WINDOW
        with self._lock:
            while self._times and self._times[0] < oldest:
                self._times.popleft()
            return len(self._times)


faults = Faults()
"""Of this process."""
