"""Rung in this process when there may be work, so that idle workers need to look but seldom."""

from __future__ import annotations

import threading


class Bell:
    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._times = 0

    @property
    def times(self) -> int:
        """How often it has rung."""
        return self._times

    def ring(self) -> None:
        with self._condition:
            self._times += 1
            self._condition.notify_all()

    def wait(self, heard: int, seconds: float) -> None:
        """Until it has rung more often than the `heard` times, or for so long."""
        with self._condition:
            self._condition.wait_for(lambda: self._times > heard, seconds)


WORK = Bell()
"""For jobs: by whoever adds one here, once it is committed."""
