"""Measures how fast an engine speaks."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

WINDOW = 60.0
"""Seconds that a reading looks back."""


class Meter:
    """Tokens and the seconds spent on them; callable from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._steps: deque[tuple[float, int, float]] = deque()
        self._total = 0

    def add(self, tokens: int, seconds: float) -> None:
        """`seconds` are those of the work alone, not of waiting for it."""
        now = self._clock()
        with self._lock:
            self._total += tokens
            if self._steps and now - self._steps[-1][0] < 1.0:
                start, earlier_tokens, earlier_seconds = self._steps[-1]
                self._steps[-1] = (start, earlier_tokens + tokens, earlier_seconds + seconds)
            else:
                self._steps.append((now, tokens, seconds))
            self._forget(now)

    @property
    def total(self) -> int:
        return self._total

    @property
    def tokens_per_second(self) -> float | None:
        """Of the last minute; None when nothing was generated in it."""
        with self._lock:
            self._forget(self._clock())
            tokens = sum(step[1] for step in self._steps)
            seconds = sum(step[2] for step in self._steps)
        return tokens / seconds if tokens and seconds > 0 else None

    def _forget(self, now: float) -> None:
        while self._steps and now - self._steps[0][0] > WINDOW:
            self._steps.popleft()
