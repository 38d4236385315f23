"""ModelService: the one owner of the loaded model; loads, switches, answers and tells its state."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from admin_system.core.engines import create_engine
from admin_system.core.errors import CoreError, EngineFault, LoadError, ModelNotReady
from admin_system.core.forecast import Forecast, forecast
from admin_system.core.loaded import Create, LoadedModel, load_model
from admin_system.core.open_requests import OnEnd, OpenRequests
from admin_system.core.ownership import ModelLock
from admin_system.core.readiness import explain
from admin_system.core.types import (
    ChatRequest,
    Delta,
    End,
    EngineSpec,
    LoadProgress,
    ModelInfo,
    ServiceState,
    ServiceStatus,
)

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 120.0
"""How long answers of the former model may go on after a switch."""
CLOSE_SECONDS = 5.0
"""How long the end of the process waits for a load to notice."""
RELOAD_PAUSES = (0.0, 2.0, 10.0, 30.0)
"""Seconds before each try to load a model again that broke down while it served."""
RELOAD_WINDOW = 600.0
"""Seconds in which it may break down so many times; then it stays failed."""
NOTHING_LOADED = ServiceStatus(ServiceState.UNLOADED, model=None)

OnReady = Callable[[ModelInfo], None]
OnEvent = Callable[[str, dict[str, object]], None]
"""Told, in the thread of a change, what became of a model: a code of `messages` and its values."""


class LoadCancelled(LoadError):
    def __init__(self) -> None:
        super().__init__("load_cancelled")


class ModelService:
    """All methods may be called from any thread, and none but `wait` and `close` waits for a load.

    One change (load or unload) runs at a time, in a thread of its own; `_lock` guards the fields
    and is never held while a model works.
    """

    def __init__(
        self,
        lock_path: Path,
        create: Create = create_engine,
        check: Callable[[EngineSpec], Forecast] = forecast,
        on_event: OnEvent = lambda kind, values: None,
        on_end: OnEnd = lambda outcome: None,
    ) -> None:
        self.requests = OpenRequests(on_end)
        """What its models answer now."""
        self._create = create
        self._check = check
        self._on_event = on_event
        self._closing = False
        self._ownership = ModelLock(lock_path)
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        """Told whenever somebody stops using a model."""
        self._change: threading.Thread | None = None
        self._cancelled = threading.Event()
        self._began_at = 0.0
        self._breakdowns: list[float] = []
        """Monotonic times of the last ones."""
        self._status = NOTHING_LOADED
        self._serving: LoadedModel | None = None
        self._alive: list[LoadedModel] = []
        """What serves, and former models whose answers come to their end."""

    # What may be asked of it

    def load(self, spec: EngineSpec, on_ready: OnReady | None = None) -> None:
        """Starts a load and returns; a model that serves goes on until the new one has answered.

        `on_ready` is called in the loading thread. Raises ModelNotReady("model_busy").
        """
        with self._lock:
            if self._change is not None and self._change.is_alive():
                raise ModelNotReady("model_busy", retry_after=5)
            self._cancelled.clear()
            self._began_at = time.monotonic()
            self._breakdowns.clear()
            self._show(ServiceState.LOADING, spec, progress=LoadProgress("stage_checking", 0.0))
            self._start(self._switch, spec, on_ready)

    def unload(self) -> None:
        """Starts the unload and returns; a load that runs is cancelled first.

        Answers in progress end with EngineFault.
        """
        with self._lock:
            self._cancelled.set()
            self._start(self._unload_all, self._change)

    def cancel(self) -> None:
        """Ends a load that runs; what serves goes on serving."""
        self._cancelled.set()

    def fail(self, name: str, error: CoreError) -> None:
        """Records that a model could not even be tried, while nothing is loaded."""
        with self._lock:
            if self._status.state is ServiceState.UNLOADED:
                self._status = ServiceStatus(
                    ServiceState.FAILED, name, error=(error.code, error.values), failed=name
                )

    def wait(self, timeout: float | None = None) -> ServiceStatus:
        """Until no change runs, or `timeout` seconds."""
        with self._lock:
            change = self._change
        if change is not None:
            change.join(timeout)
        return self.status()

    def close(self) -> None:
        """At the end of the process: gives the model's memory and the file lock back."""
        self._closing = True
        self.unload()
        self.wait(CLOSE_SECONDS)

    def status(self) -> ServiceStatus:
        with self._lock:
            serving = self._serving
            status = replace(self._status, breakdowns=len(self._breakdowns))
        if serving is None:
            return status
        return replace(
            status,
            info=serving.info,
            stats=serving.engine.stats(),
            loaded_at=serving.loaded_at,
            serving=serving.spec.name,
            demo=serving.demo,
        )

    def position(self, request_id: str) -> int | None:
        """In the queue of the model that answers, from 1; None where it does not wait."""
        with self._lock:
            serving = self._serving
        return serving.engine.position(request_id) if serving is not None else None

    @contextmanager
    def hold(self, model: str | None = None) -> Iterator[LoadedModel]:
        """The model that answers now; a switch lets it live until the block is left.

        `model` is the name of a configuration; None takes whichever is there.
        Raises ModelNotReady.
        """
        with self._lock:
            held = self._serving
            if held is None or model not in (None, held.spec.name):
                raise explain(self._status, model, time.monotonic() - self._began_at)
            held.users += 1
        try:
            yield held
        finally:
            with self._idle:
                held.users -= 1
                self._idle.notify_all()

    async def stream(
        self, request: ChatRequest, model: str | None = None
    ) -> AsyncGenerator[Delta | End]:
        """Delta, Delta, … and one End with the whole text and its boxes.

        Raises ModelNotReady before the first value, and whatever Engine.submit raises.
        """
        with self.hold(model) as held:
            async with aclosing(held.stream(request)) as answer:
                async for piece in answer:
                    yield piece

    # What the thread of a change does

    def _switch(self, spec: EngineSpec, on_ready: OnReady | None) -> None:
        former, serving = self._serving, self._serving
        try:
            logger.info("loading %s (%s)", spec.name, spec.kind)
            if not self._fits_beside(spec, former) and former is not None:
                logger.info("no room for two: %s goes first", former.spec.name)
                serving = None
                self._retire(former)
            loaded = load_model(spec, self._create, self._report, self.requests)
        except Exception as error:
            reason = self._log_failure(spec, error)
            if former is not None and serving is None and self._may_go_on():
                serving = self._bring_back(former.spec)
            self._settle(serving, spec, reason)
            return
        self._settle(loaded, spec, None)
        logger.info("%s is ready: %s", spec.name, loaded.info)
        if serving is not None:
            threading.Thread(target=self._drain, args=(serving,), daemon=True).start()
        if on_ready is not None:
            try:
                on_ready(loaded.info)
            except Exception:
                logger.exception("what was found in %s could not be written down", spec.name)

    def _fits_beside(self, spec: EngineSpec, former: LoadedModel | None) -> bool:
        """Raises LoadError when the files are wrong or the memory is too small in any case."""
        expected = self._check(spec)
        if spec.kind == "local":
            self._ownership.acquire()
        if former is None or expected.fits:
            expected.require_room()
            return True
        expected.require_room(self._check(former.spec))
        return False

    def _may_go_on(self) -> bool:
        """False where an unload waits for this change. What was cancelled is over by now."""
        with self._lock:
            alone = self._change is threading.current_thread()
            if alone:
                self._cancelled.clear()
        return alone

    def _bring_back(self, spec: EngineSpec) -> LoadedModel | None:
        logger.info("bringing %s back", spec.name)
        with self._lock:
            self._show(ServiceState.LOADING, spec, progress=LoadProgress("stage_checking", 0.0))
        try:
            return load_model(spec, self._create, self._report, self.requests)
        except Exception as error:
            self._log_failure(spec, error)
            return None

    def _log_failure(self, spec: EngineSpec, error: Exception) -> CoreError:
        if isinstance(error, LoadCancelled):
            logger.info("the load of %s was cancelled", spec.name)
            return error
        if isinstance(error, CoreError):
            logger.error("%s did not load: %s %s", spec.name, error.code, error.values)
            return error
        logger.error("%s did not load", spec.name, exc_info=error)
        return LoadError("load_fault", kind=type(error).__name__)

    def _settle(
        self, serving: LoadedModel | None, tried: EngineSpec, error: CoreError | None
    ) -> None:
        """Ends a load: what serves now, if anything, and what went wrong, if anything."""
        cancelled = isinstance(error, LoadCancelled)
        with self._lock:
            self._serving = serving
            if serving is not None and serving not in self._alive:
                self._alive.append(serving)
                serving.engine.on_failure = partial(self._break_down, serving)
            if serving is not None:
                self._show(ServiceState.READY, serving.spec)
            elif cancelled:
                self._status = NOTHING_LOADED
            else:
                self._show(ServiceState.FAILED, tried)
            if error is not None and not cancelled:
                self._status = replace(
                    self._status, error=(error.code, error.values), failed=tried.name
                )
            self._release_ownership()
        if error is None:
            seconds = f"{time.monotonic() - self._began_at:.1f}"
            self._on_event("event_model_loaded", {"model": tried.name, "seconds": seconds})
        elif not cancelled:
            reason = {"reason": error.code, "reason_values": error.values}
            self._on_event("event_model_failed", {"model": tried.name, **reason})

    def _retire(self, former: LoadedModel) -> None:
        """Takes the model away; what it still answers ends with EngineFault."""
        with self._lock:
            if self._serving is former:
                self._serving = None
        if self._closing:
            former.engine.close()
        else:
            former.engine.unload()
        logger.info("%s is unloaded", former.spec.name)
        with self._lock:
            if former in self._alive:
                self._alive.remove(former)

    def _break_down(self, broken: LoadedModel) -> None:
        """Called by an engine that cannot go on: the model is loaded again by itself, where a
        change runs at its end."""
        with self._lock:
            broken.broken = True
            changing = self._change is not None and self._change.is_alive()
            if self._serving is broken and not changing:
                self._begin_reload(broken)

    def _reload(self, broken: LoadedModel) -> None:
        """Tries again, later each time; gives up after as many breakdowns as there are pauses."""
        self._on_event("event_model_broke_down", {"model": broken.spec.name})
        self._retire(broken)
        loaded: LoadedModel | None = None
        reason: CoreError | None = EngineFault("engine_failed")
        for pause in RELOAD_PAUSES[len(self._breakdowns) - 1 :]:
            if self._cancelled.wait(pause):
                reason = LoadCancelled()
                break
            try:
                loaded = load_model(broken.spec, self._create, self._report, self.requests)
            except Exception as error:
                reason = self._log_failure(broken.spec, error)
            else:
                reason = None
                break
        self._settle(loaded, broken.spec, reason)

    def _drain(self, former: LoadedModel) -> None:
        """Lets the answers of a model that was replaced come to their end."""
        with self._idle:
            self._idle.wait_for(lambda: former.users == 0, DRAIN_SECONDS)
        self._retire(former)
        with self._lock:
            if self._change is None or not self._change.is_alive():  # it does so itself at its end
                self._release_ownership()

    def _unload_all(self, running: threading.Thread | None) -> None:
        if running is not None:
            running.join()
        unloaded = list(self._alive)
        for loaded in unloaded:
            self._retire(loaded)
        with self._lock:
            self._status = NOTHING_LOADED
            self._release_ownership()
        for loaded in () if self._closing else unloaded:
            self._on_event("event_model_unloaded", {"model": loaded.spec.name})

    def _report(self, progress: LoadProgress) -> None:
        """Called while a model loads. Raises LoadCancelled, which ends the load."""
        if self._cancelled.is_set():
            raise LoadCancelled
        verifying = progress.stage == "stage_verifying"
        state = ServiceState.VERIFYING if verifying else ServiceState.LOADING
        # The check before and the first answer after a load take their share too.
        fraction = 0.03 + 0.92 * min(max(progress.fraction, 0.0), 1.0)
        with self._lock:
            self._status = replace(
                self._status, state=state, progress=replace(progress, fraction=fraction)
            )

    def _run_change(self, change: Callable[..., None], *arguments: object) -> None:
        try:
            change(*arguments)
        finally:
            with self._lock:
                serving = self._serving
                if self._change is not threading.current_thread():
                    pass  # an unload waits for this one
                elif serving is not None and serving.broken:
                    self._begin_reload(serving)
                else:
                    self._change = None

    # Steps that need the lock

    def _begin_reload(self, broken: LoadedModel) -> None:
        now = time.monotonic()
        logger.error("%s broke down and is loaded again", broken.spec.name)
        self._breakdowns = [at for at in self._breakdowns if now - at < RELOAD_WINDOW]
        self._breakdowns.append(now)
        self._cancelled.clear()
        self._began_at = now
        self._show(ServiceState.LOADING, broken.spec, progress=LoadProgress("stage_checking", 0.0))
        self._start(self._reload, broken)

    def _show(
        self, state: ServiceState, spec: EngineSpec, progress: LoadProgress | None = None
    ) -> None:
        self._status = ServiceStatus(state, spec.name, spec.demo, progress)

    def _start(self, change: Callable[..., None], *arguments: object) -> None:
        self._change = threading.Thread(
            target=self._run_change, args=(change, *arguments), name="model-change", daemon=True
        )
        self._change.start()

    def _release_ownership(self) -> None:
        if not any(loaded.spec.kind == "local" for loaded in self._alive):
            self._ownership.release()
