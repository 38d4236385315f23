"""The one thread that owns the network and its device: it loads, generates and unloads."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future

from admin_system.core.engines.local.job import Job
from admin_system.core.engines.local.loop import Loop
from admin_system.core.engines.local.network import Network, give_memory_back
from admin_system.core.engines.local.watchdog import Watchdog
from admin_system.core.errors import CoreError, EngineFault
from admin_system.core.types import CacheStats, DecodeStats

logger = logging.getLogger(__name__)

STUCK_SECONDS = 5.0
"""How long an unload waits for a thread that is stuck."""
LOOK_EVERY = 0.5
"""Seconds between two looks whether it is."""

OpenLoop = Callable[[Network], Loop]


class Worker:
    """Lives from the load of a network to its unload."""

    def __init__(
        self,
        open_network: Callable[[], Network],
        open_loop: OpenLoop,
        devices: tuple[str, ...],
        on_death: Callable[[], None],
    ) -> None:
        """The first two are called on the thread. `on_death` is called when it ends, or is stuck,
        without having been stopped; before the jobs are told, and from whichever thread."""
        self._open_network = open_network
        self._open_loop = open_loop
        self._devices = devices
        self._on_death = on_death
        self._watchdog = Watchdog(self._give_up)
        self._posts: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._warnings: Future[tuple[str, ...]] = Future()
        self._loop: Loop | None = None
        self._stuck = False

    def start(self) -> tuple[str, ...]:
        """Waits for the load and returns the network's warnings. Raises what the load raised."""
        self._thread.start()
        try:
            return self._warnings.result()
        except BaseException:
            self._thread.join()
            raise

    def post(self, job: Job) -> None:
        self._posts.put(job)
        if self._stopping.is_set():  # also between the look and the post
            self._refuse_posts()

    def position(self, job_id: str) -> int | None:
        """In the queue, from 1; None where it does not wait, or has only just come."""
        loop = self._loop
        return loop.waiting.position(job_id) if loop is not None else None

    def cache_stats(self) -> CacheStats | None:
        """From any thread."""
        loop = self._loop
        return loop.cache_stats() if loop is not None else None

    def decode_stats(self) -> DecodeStats | None:
        """From any thread."""
        loop = self._loop
        return loop.decode_stats() if loop is not None else None

    def stop(self) -> None:
        """Ends all jobs with EngineFault before their next token; returns when memory is back."""
        self._stopping.set()
        self._posts.put(None)
        while self._thread.is_alive() and not self._stuck:
            self._thread.join(LOOK_EVERY)  # a step may turn out to be stuck only now
        self._thread.join(STUCK_SECONDS)
        self._refuse_posts()

    def _run(self) -> None:
        try:
            network = self._open_network()
            self._loop = self._open_loop(network)
        except BaseException as error:
            # Handed to the thread that waits in `start`, without its traceback, which holds the
            # half-loaded weights.
            if not isinstance(error, CoreError):
                logger.exception("the network cannot be opened")
            self._warnings.set_exception(error.with_traceback(None))
            give_memory_back(*self._devices)
            return
        self._warnings.set_result(network.warnings)
        self._watchdog.start()
        died = self._work(self._loop)
        self._watchdog.close()
        self._stopping.set()
        if died:
            self._on_death()  # first: whoever hears of it by a job finds the engine gone
        self._loop.end_all(EngineFault("engine_failed" if died else "engine_stopped"))
        self._refuse_posts()
        self._loop = None
        del network
        give_memory_back(*self._devices)

    def _work(self, loop: Loop) -> bool:
        """Until the end; whether it came without being asked for."""
        import torch

        try:
            with torch.inference_mode():
                while not self._stopping.is_set():
                    self._take_posts(loop)
                    self._watchdog.began()
                    loop.step()
                    self._watchdog.ended()
        except BaseException:  # whatever ends this thread, nobody waits for it for ever
            logger.exception("the engine cannot go on")
            return not self._stopping.is_set()
        return False

    def _give_up(self) -> None:
        """On the watchdog's thread: the step that is stuck may never return."""
        self._stuck = True
        self._stopping.set()
        self._on_death()
        if self._loop is not None:
            self._loop.end_all(EngineFault("engine_failed"))
        self._refuse_posts()

    def _take_posts(self, loop: Loop) -> None:
        """All that have come; waits for one where there is nothing else to do."""
        wait = not loop.busy
        while True:
            try:
                job = self._posts.get(block=wait)
            except queue.Empty:
                return
            if job is None:
                return
            loop.waiting.add(job)
            wait = False

    def _refuse_posts(self) -> None:
        while True:
            try:
                job = self._posts.get_nowait()
            except queue.Empty:
                return
            if job is not None:
                job.put(EngineFault("engine_stopped"))
