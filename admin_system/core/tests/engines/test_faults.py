"""A fault stays with the request or the load that has it."""

from __future__ import annotations

import gc
import threading
import weakref
from dataclasses import replace
from typing import Any

import pytest

from admin_system.core.engines.local.engine import LocalEngine
from admin_system.core.engines.local.network import Network
from admin_system.core.engines.local.placement import has_product
from admin_system.core.engines.local.transformers_network import TransformersNetwork
from admin_system.core.errors import EngineFault, LoadError
from admin_system.core.tests.engines.conftest import ignore
from admin_system.core.tests.golden import QWEN_VL
from admin_system.core.types import ChatRequest, EngineSpec, LoadProgress, Message, Sampling

REQUEST = ChatRequest((Message.of_text("user", "你是谁"),), Sampling(temperature=0))


async def read(engine: LocalEngine) -> str:
    return "".join([getattr(item, "text", "") async for item in engine.submit(REQUEST)])


@pytest.mark.parametrize("memory", [False, True])
async def test_a_fault_in_one_request_ends_that_request_alone(
    local_spec: EngineSpec,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    memory: bool,
) -> None:
    import torch

    engine = LocalEngine(local_spec)
    engine.load(ignore)
    before = await read(engine)

    def fail(*_: Any) -> None:
        raise torch.OutOfMemoryError("full") if memory else RuntimeError("inside")

    with monkeypatch.context() as patch:
        patch.setattr(TransformersNetwork, "run", fail)
        with pytest.raises(EngineFault) as caught:
            await read(engine)
    code = "generation_out_of_memory" if memory else "generation_failed"
    assert caught.value.code == code
    assert caught.value.values == {"request": REQUEST.id}
    assert REQUEST.id in caplog.text
    assert "你是谁" not in caplog.text
    assert engine.stats().running == 0
    assert await read(engine) == before
    engine.unload()


def test_a_load_reports_its_stages_in_order(local_spec: EngineSpec) -> None:
    seen: list[LoadProgress] = []
    engine = LocalEngine(local_spec)
    info = engine.load(seen.append)
    engine.unload()
    assert [step.stage for step in seen][:2] == ["stage_checking", "stage_starting"]
    assert [step.fraction for step in seen] == sorted(step.fraction for step in seen)
    weights = [step for step in seen if step.stage == "stage_reading_weights"]
    assert weights[-1].bytes_done == weights[-1].bytes_total
    assert (info.family, info.quantization, info.precision) == ("qwen3_vl", "gptq-int4", "float32")
    assert info.parameters is not None
    assert info.parameters > 1_000_000


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"path": "/nowhere/at/all"}, "checkpoint_missing_folder"),
        ({"device": "cuda:99"}, "device_missing"),
        ({"device": "toaster"}, "device_unknown"),
    ],
)
def test_a_load_that_cannot_be_says_why(
    local_spec: EngineSpec, change: dict[str, str], code: str
) -> None:
    with pytest.raises(LoadError) as caught:
        LocalEngine(replace(local_spec, **change)).load(ignore)  # type: ignore[arg-type]
    assert caught.value.code == code


def test_too_little_memory_is_found_out_before_the_weights_are_read(
    local_spec: EngineSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    from admin_system.core.engines.local import placement

    monkeypatch.setattr(placement, "free_memory", lambda device: 1_000_000)
    with pytest.raises(LoadError) as caught:
        LocalEngine(local_spec).load(ignore)
    assert caught.value.code == "memory_too_small"
    assert caught.value.values["free_gb"] == 0.0


def test_a_failed_load_leaves_nothing_behind(
    local_spec: EngineSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    from admin_system.core.engines.local import transformers_opening

    def fail(*_: Any) -> None:
        raise OSError("half of it")

    monkeypatch.setattr(transformers_opening, "open_network", fail)
    engine = LocalEngine(local_spec)
    with pytest.raises(LoadError) as caught:
        engine.load(ignore)
    assert caught.value.code == "load_fault"
    assert "engine" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.parametrize(
    "stage", ["stage_checking", "stage_starting", "stage_reading_weights", "stage_preparing"]
)
def test_a_load_can_be_given_up_at_every_stage(local_spec: EngineSpec, stage: str) -> None:
    """The model service gives up by an error out of the report."""

    def give_up(progress: LoadProgress) -> None:
        if progress.stage == stage:
            raise LoadError("load_cancelled")

    engine = LocalEngine(local_spec)
    with pytest.raises(LoadError) as caught:
        engine.load(give_up)
    assert caught.value.code == "load_cancelled"
    assert "engine" not in {thread.name for thread in threading.enumerate()}
    engine.load(ignore)
    engine.unload()


def test_unloading_gives_the_weights_back(
    local_spec: EngineSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[weakref.ref[Network]] = []
    original = TransformersNetwork.__init__

    def remember(self: TransformersNetwork, *given: Any) -> None:
        original(self, *given)
        held.append(weakref.ref(self))

    monkeypatch.setattr(TransformersNetwork, "__init__", remember)
    engine = LocalEngine(local_spec)
    engine.load(ignore)
    engine.unload()
    engine.unload()
    gc.collect()
    assert [reference() for reference in held] == [None]
    assert "engine" not in {thread.name for thread in threading.enumerate()}


def test_layers_that_run_another_way_than_they_should_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from admin_system.core.quantization import builder

    monkeypatch.setattr(builder, "passes_self_check", lambda *_: False)
    spec = EngineSpec("q", "local", path=str(QWEN_VL / "ckpt-int4"), precision="bfloat16")
    engine = LocalEngine(spec)
    info = engine.load(ignore)
    engine.unload()
    expected = ("quantization_fallback",) if has_product("cpu") else ()
    assert (info.quantization, info.warnings) == ("gptq-int4", expected)
