"""The model service: loads beside what serves, survives bad models, and has one owner."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from admin_system.core.engines.base import Report
from admin_system.core.engines.echo import EchoEngine
from admin_system.core.errors import EngineFault, LoadError, ModelNotReady
from admin_system.core.forecast import Forecast, Room
from admin_system.core.service import ModelService
from admin_system.core.types import (
    ChatRequest,
    Delta,
    End,
    EngineSpec,
    LoadProgress,
    Message,
    ModelInfo,
    ServiceState,
    Usage,
)

WAIT = 10.0
ECHO = EngineSpec("echo", "echo")
OTHER = EngineSpec("other", "echo")
SLOW = EngineSpec("slow", "echo")
BROKEN = EngineSpec("broken", "echo")
SILENT = EngineSpec("silent", "echo")
MISSING = EngineSpec("missing", "echo")
HUGE = EngineSpec("huge", "echo")


class SlowEngine(EchoEngine):
    """Loads until it is let go, reporting as it does."""

    let_go = threading.Event()

    def load(self, report: Report) -> ModelInfo:
        while not self.let_go.wait(0.01):
            report(LoadProgress("stage_reading_weights", 0.5, bytes_done=1, bytes_total=2))
        return super().load(report)


class BrokenEngine(EchoEngine):
    def load(self, report: Report) -> ModelInfo:
        raise LoadError("checkpoint_broken", file="model.safetensors")


class SilentEngine(EchoEngine):
    async def submit(self, request: ChatRequest) -> AsyncGenerator[Delta | End]:
        yield End("stop", Usage(1, 0))


def create(spec: EngineSpec) -> EchoEngine:
    kinds = {"slow": SlowEngine, "broken": BrokenEngine, "silent": SilentEngine}
    return kinds.get(spec.name, EchoEngine)(spec)


def check(spec: EngineSpec) -> Forecast:
    """Each model takes 6 of 16 units where 10 are free, the huge one 100."""
    if spec == MISSING:
        raise LoadError("checkpoint_missing")
    return Forecast((Room("cpu", needed=100 if spec == HUGE else 6, free=10),))


def check_in_a_small_machine(spec: EngineSpec) -> Forecast:
    return Forecast((Room("cpu", needed=6, free=4),))


Make = Callable[..., ModelService]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    services = []
    SlowEngine.let_go.clear()

    def make_service(check: Callable[[EngineSpec], Forecast] = check) -> ModelService:
        services.append(ModelService(tmp_path / "model.lock", create, check))
        return services[-1]

    yield make_service
    SlowEngine.let_go.set()
    for service in services:
        service.close()


def ask(text: str) -> ChatRequest:
    return ChatRequest((Message.of_text("user", text),))


async def answer(service: ModelService, text: str, model: str | None = None) -> End:
    pieces = [piece async for piece in service.stream(ask(text), model)]
    end = pieces[-1]
    assert isinstance(end, End)
    assert end.text == "".join(piece.text for piece in pieces[:-1])
    return end


def load(service: ModelService, spec: EngineSpec) -> None:
    service.load(spec)
    service.wait(WAIT)


def reached(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


async def test_a_loaded_model_answers_and_the_end_carries_the_whole_text(make: Make) -> None:
    service = make()
    assert service.status().state is ServiceState.UNLOADED
    load(service, ECHO)
    status = service.status()
    assert (status.state, status.model, status.serving) == (ServiceState.READY, "echo", "echo")
    assert status.info is not None
    assert status.stats is not None
    assert (await answer(service, "你好", "echo")).text == "你好"


async def test_each_reason_for_not_answering_has_its_code(make: Make) -> None:
    service = make()
    with pytest.raises(ModelNotReady) as nothing:
        await answer(service, "hello")
    assert nothing.value.code == "model_unloaded"
    load(service, ECHO)
    with pytest.raises(ModelNotReady) as another:
        await answer(service, "hello", "other")
    assert (another.value.code, another.value.values) == ("model_not_loaded", {"model": "other"})
    service.unload()
    service.wait(WAIT)
    load(service, BROKEN)
    with pytest.raises(ModelNotReady) as failed:
        await answer(service, "hello", "broken")
    assert failed.value.code == "model_failed"
    assert failed.value.values["reason"] == "checkpoint_broken"


async def test_a_load_tells_its_progress_while_the_former_model_answers(make: Make) -> None:
    service = make()
    load(service, ECHO)
    service.load(SLOW)
    with pytest.raises(ModelNotReady, match="model_busy"):
        service.load(OTHER)
    with pytest.raises(ModelNotReady) as loading:
        await answer(service, "hello", "slow")
    assert loading.value.code == "model_loading"
    assert loading.value.progress is not None
    assert loading.value.retry_after is not None
    status = service.status()
    assert (status.state, status.model, status.serving) == (ServiceState.LOADING, "slow", "echo")
    assert (await answer(service, "still there", "echo")).text == "still there"
    SlowEngine.let_go.set()
    assert service.wait(WAIT).serving == "slow"


async def test_an_answer_in_progress_outlives_a_switch(make: Make) -> None:
    service = make()
    load(service, ECHO)
    stream = service.stream(ask("one two three four five six seven eight nine ten"))
    first = await anext(stream)
    load(service, OTHER)
    rest = [piece async for piece in stream]
    assert isinstance(first, Delta)
    assert isinstance(rest[-1], End)
    assert rest[-1].text.endswith("nine ten")


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        (MISSING, "checkpoint_missing"),
        (HUGE, "memory_too_small"),
        (BROKEN, "checkpoint_broken"),
        (SILENT, "model_gives_no_answer"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
async def test_a_bad_model_leaves_the_former_one_serving(
    make: Make, spec: EngineSpec, code: str
) -> None:
    service = make()
    load(service, ECHO)
    load(service, spec)
    status = service.status()
    assert (status.state, status.model) == (ServiceState.READY, "echo")
    assert status.error is not None
    assert (status.error[0], status.failed) == (code, spec.name)
    assert (await answer(service, "still there")).text == "still there"
    with pytest.raises(ModelNotReady) as refused:
        await answer(service, "hello", spec.name)
    assert (refused.value.code, refused.value.values["reason"]) == ("model_failed", code)


def test_a_bad_first_model_is_a_failure(make: Make) -> None:
    service = make()
    load(service, SILENT)
    status = service.status()
    assert (status.state, status.model) == (ServiceState.FAILED, "silent")
    assert status.error == ("model_gives_no_answer", {})


async def test_without_room_for_two_the_former_goes_first_and_comes_back(make: Make) -> None:
    service = make(check_in_a_small_machine)
    service._check = lambda spec: Forecast((Room("cpu", needed=6, free=10),))
    load(service, ECHO)
    service._check = check_in_a_small_machine
    stream = service.stream(ask("one two three four five six seven eight nine ten" * 50))
    await anext(stream)
    load(service, BROKEN)
    with pytest.raises(EngineFault):
        _ = [piece async for piece in stream]
    status = service.status()
    assert (status.state, status.model) == (ServiceState.READY, "echo")
    assert status.error is not None
    assert (await answer(service, "back again")).text == "back again"


def begin_where_there_is_no_room(make: Make) -> ModelService:
    """A slow load, for which the model of before had to go."""
    service = make()
    load(service, ECHO)
    service._check = check_in_a_small_machine
    service.load(SLOW)
    reached(lambda: service.status().serving is None)
    return service


async def test_a_switch_that_is_cancelled_brings_the_former_model_back(make: Make) -> None:
    service = begin_where_there_is_no_room(make)
    service.cancel()
    status = service.wait(WAIT)
    assert (status.state, status.model, status.error) == (ServiceState.READY, "echo", None)
    assert (await answer(service, "back again")).text == "back again"


def test_an_unload_in_the_middle_of_a_switch_brings_nothing_back(make: Make) -> None:
    service = begin_where_there_is_no_room(make)
    service.unload()
    assert service.wait(WAIT).state is ServiceState.UNLOADED
    assert not service._alive


def break_down(service: ModelService) -> None:
    engine = service._serving.engine  # type: ignore[union-attr]
    engine.unload()
    assert engine.on_failure is not None
    engine.on_failure()


async def test_a_model_that_breaks_down_while_another_loads_is_loaded_again(make: Make) -> None:
    """It would be ready for ever otherwise, and answer nobody."""
    service = make()
    load(service, ECHO)
    service.load(SLOW)
    break_down(service)
    service.cancel()
    reached(lambda: service.status().breakdowns == 1 and service.wait(WAIT).serving == "echo")
    assert (await answer(service, "still there")).text == "still there"


async def test_a_model_that_breaks_down_while_its_load_is_written_down_is_loaded_again(
    make: Make,
) -> None:
    service = make()
    service.load(ECHO, on_ready=lambda info: break_down(service))
    reached(lambda: service.status().breakdowns == 1 and service.wait(WAIT).serving == "echo")
    assert (await answer(service, "still there")).text == "still there"


def test_an_unload_cancels_the_load_that_runs(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    service = make()
    service.load(SLOW)
    service.unload()
    assert service.wait(WAIT).state is ServiceState.UNLOADED
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    load(service, ECHO)
    assert service.status().state is ServiceState.READY


def test_status_never_waits_for_a_load(make: Make) -> None:
    service = make()
    service.load(SLOW)
    for _ in range(100):
        assert service.status().state in (ServiceState.LOADING, ServiceState.VERIFYING)
    SlowEngine.let_go.set()
    service.wait(WAIT)


def test_a_second_process_cannot_own_the_model(make: Make, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from admin_system.core.ownership import ModelLock\n"
        "lock = ModelLock(Path(sys.argv[1])); lock.acquire(); print('held', flush=True)\n"
        "sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "model.lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        service = make()
        local = replace(ECHO, name="local", kind="local")
        load(service, local)
        assert service.status().error == ("model_owned_elsewhere", {"pid": other.pid})
        load(service, ECHO)  # an engine without weights needs no ownership
        assert service.status().state is ServiceState.READY
        other.kill()
    load(service, local)
    assert (service.status().state, service.status().model) == (ServiceState.READY, "local")
