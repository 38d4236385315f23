"""The one thread that owns the network and its device: it loads, generates and unloads."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from admin_system.core.engines.local.job import Job
from admin_system.core.engines.local.network import Network, give_memory_back
from admin_system.core.engines.local.sampler import Sampler
from admin_system.core.engines.local.text import Decoder, TextStream
from admin_system.core.engines.meter import Meter
from admin_system.core.engines.stops import StopFilter
from admin_system.core.errors import CoreError, EngineFault
from admin_system.core.types import Delta, End, FinishReason, Usage

logger = logging.getLogger(__name__)


class Worker:
    """Lives from the load of a network to its unload; one request at a time."""

    def __init__(
        self,
        open_network: Callable[[], Network],
        devices: tuple[str, ...],
        decoder: Decoder,
        end_ids: frozenset[int],
        meter: Meter,
    ) -> None:
        self._open_network = open_network
        self._devices = devices
        self._decoder = decoder
        self._end_ids = end_ids
        self._meter = meter
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._warnings: Future[tuple[str, ...]] = Future()

    def start(self) -> tuple[str, ...]:
        """Waits for the load and returns the network's warnings. Raises what the load raised."""
        self._thread.start()
        try:
            return self._warnings.result()
        except BaseException:
            self._thread.join()
            raise

    def post(self, job: Job) -> None:
        self._jobs.put(job)
        if not self._thread.is_alive():  # it ended between the look and the post
            self._refuse_all()

    def stop(self) -> None:
        """Ends all jobs with EngineFault before their next token; returns when memory is back."""
        self._stopping.set()
        self._jobs.put(None)
        self._thread.join()
        self._refuse_all()

    def _run(self) -> None:
        import torch

        try:
            network = self._open_network()
        except BaseException as error:
            # Handed to the thread that waits in `start`, without its traceback, which holds the
            # half-loaded weights.
            if not isinstance(error, CoreError):
                logger.exception("the network cannot be opened")
            self._warnings.set_exception(error.with_traceback(None))
            give_memory_back(*self._devices)
            return
        self._warnings.set_result(network.warnings)
        with torch.inference_mode():
            while not self._stopping.is_set():
                job = self._jobs.get()
                if job is not None:
                    self._serve(network, job)
                del job  # its pixels are not kept while nothing comes
        del network
        give_memory_back(*self._devices)

    def _serve(self, network: Network, job: Job) -> None:
        """A fault in one request ends that request alone."""
        import torch

        if not job.place.begin():
            return
        last: End | EngineFault | None
        try:
            last = self._generate(network, job)
        except torch.OutOfMemoryError:
            logger.exception("request %s: out of memory", job.id)
            last = EngineFault("generation_out_of_memory", request=job.id)
        except Exception:
            logger.exception("request %s failed", job.id)
            last = EngineFault("generation_failed", request=job.id)
        if isinstance(last, EngineFault):  # here, because a handler's traceback holds the tensors
            give_memory_back(*self._devices)
        job.place.end()
        if last is not None:
            job.put(last)

    def _generate(self, network: Network, job: Job) -> End | EngineFault | None:
        """Puts the deltas and returns what ends the stream; None where nobody reads it."""
        stream, stops = TextStream(self._decoder), StopFilter(job.stop)
        tokens = token = 0
        reading = sampler = None
        while not job.gone.is_set():
            if self._stopping.is_set():
                return EngineFault("engine_stopped")
            started = time.monotonic()
            if reading is None or sampler is None:
                reading, logits = network.read(job.prompt)
                sampler = Sampler(job.choice, job.prompt.ids.to(logits.device))
            else:
                logits = network.step(reading, token)
            token = sampler.pick(logits)
            tokens += 1
            ended = token in self._end_ids
            if not ended and (text := stops.push(stream.push(token))):
                job.put(Delta(text))
            self._meter.add(1, time.monotonic() - started)
            if ended or stops.stopped or tokens == job.max_tokens:
                if text := stops.flush():
                    job.put(Delta(text))
                reason: FinishReason = "stop" if ended or stops.stopped else "length"
                return End(reason, Usage(job.prompt.tokens, tokens))
        return None

    def _refuse_all(self) -> None:
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
            if job is not None:
                job.put(EngineFault("engine_stopped"))
