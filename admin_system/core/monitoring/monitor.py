"""The one thread of a server that reads service and machine every few seconds."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import connections

from admin_system.core.catalog import get_service
from admin_system.core.devices import Machine, read_machine
from admin_system.core.events import record
from admin_system.core.monitoring.history import STEP, History
from admin_system.core.monitoring.samples import Sample, take_sample
from admin_system.core.monitoring.shortages import Shortages
from admin_system.core.service import ModelService
from admin_system.core.types import EngineStats
from admin_system.env import get_env
from admin_system.version import VERSION

logger = logging.getLogger(__name__)

FIRST_TOKENS = 300.0
"""Seconds that the percentiles of first tokens look back."""
FIRST = 1.0
"""Seconds before the first sample."""
STOP_SECONDS = 2.0


class Monitor:
    """`start` and `stop` belong to the server; the rest may be called from any thread."""

    def __init__(
        self, service: ModelService, folder: Path, on_reading: Callable[[Machine], None]
    ) -> None:
        """`folder` is on the disk that is watched; `on_reading` is told of each reading."""
        self.history = History()
        self._service = service
        self._folder = folder
        self._on_reading = on_reading
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self._reading: tuple[float, Machine | None] = (0.0, None)
        """With its monotonic time."""
        self._counted: tuple[float, int] | None = None
        """Monotonic time and tokens of the model so far, at the last sample."""

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="monitor", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def read(self) -> Machine:
        """The last reading, else a new one. The processor's share is since the reading before:
        whoever reads in between spoils it."""
        at, machine = self._reading
        if machine is None or time.monotonic() - at > 2 * STEP:
            machine = read_machine(self._folder)
        return machine

    def sample(self) -> Sample:
        """Reads everything once, and keeps it."""
        machine = read_machine(self._folder)
        self._reading = (time.monotonic(), machine)
        stats = self._service.status().stats
        first_tokens = self._service.requests.first_tokens(time.monotonic() - FIRST_TOKENS)
        sample = take_sample(time.time(), machine, stats, self._speed(stats), first_tokens)
        self.history.add(sample)
        self._on_reading(machine)
        return sample

    def _speed(self, stats: EngineStats | None) -> float | None:
        """A model that was loaded meanwhile counts from 0 again."""
        before, now = self._counted, time.monotonic()
        self._counted = None if stats is None else (now, stats.generated_tokens)
        if stats is None or before is None or now <= before[0]:
            return None
        at, tokens = before
        new = stats.generated_tokens - (tokens if tokens <= stats.generated_tokens else 0)
        return new / (now - at)

    def _run(self) -> None:
        """Nothing ends it: what cannot be read once is tried again."""
        self._try(lambda: record("event_service_started", version=VERSION))
        self._try(lambda: read_machine(self._folder))  # the processor's share counts from here
        pause = FIRST
        while not self._ending.wait(pause):
            self._try(self.sample)
            pause = STEP

    def _try(self, reading: Callable[[], object]) -> None:
        try:
            reading()
        except Exception:
            logger.exception("the machine could not be read")
        finally:
            connections.close_all()  # events are rare; nothing is held open between them


@lru_cache(maxsize=1)
def get_monitor() -> Monitor:
    """The one of this process."""
    env = get_env()
    # Of several processes on one machine the owner of the models tells that it runs short.
    on_reading = ignore if env.model_server else Shortages().look
    return Monitor(get_service(), env.data_dir, on_reading)


def ignore(machine: Machine) -> None:
    """Nobody is told."""


def start() -> None:
    """At the start of a server; returns at once."""
    if settings.MONITOR:
        get_monitor().start()


def stop() -> None:
    """At its end."""
    if settings.MONITOR:
        get_monitor().stop()
