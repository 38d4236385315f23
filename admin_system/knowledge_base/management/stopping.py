"""Ctrl+C, or the end that a service manager asks for, as an event that loops look at."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def hear_stop() -> Iterator[threading.Event]:
    """Only in the main thread, as signals are."""
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    former = [(kind, signal.signal(kind, stop)) for kind in (signal.SIGINT, signal.SIGTERM)]
    try:
        yield stopped
    finally:
        for kind, handler in former:
            signal.signal(kind, handler)
