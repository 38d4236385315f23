"""The last hour in fine steps and the last day in coarse ones; what is older is forgotten."""

from __future__ import annotations

import threading
from collections import deque
from typing import Literal

from admin_system.core.monitoring.samples import Sample, mean_of

Range = Literal["hour", "day"]

STEP = 5.0
"""Seconds between two samples."""
FINE = 720
"""Samples of an hour."""
MERGED = 24
"""Samples that make one step of the day: two minutes."""
COARSE = 720
"""Steps of a day."""


class History:
    """Written by one thread, read from any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fine: deque[Sample] = deque(maxlen=FINE)
        self._coarse: deque[Sample] = deque(maxlen=COARSE)
        self._pending: list[Sample] = []
        """Of the day's step that is not full yet."""

    def add(self, sample: Sample) -> None:
        with self._lock:
            self._fine.append(sample)
            self._pending.append(sample)
            if len(self._pending) == MERGED:
                self._coarse.append(mean_of(self._pending))
                self._pending = []

    def read(self, over: Range, since: float = 0.0) -> list[Sample]:
        """Oldest first, those that are younger than `since` (seconds since the epoch).

        The day ends with the step that is not full yet.
        """
        with self._lock:
            found = list(self._fine if over == "hour" else self._coarse)
            if over == "day" and self._pending:
                found.append(mean_of(self._pending))
        return [sample for sample in found if sample.at > since]
