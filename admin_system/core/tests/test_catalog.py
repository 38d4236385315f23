"""Rows and the service: what is current, what is loaded, what a load finds out."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from pytest_django import Settings

from admin_system.core import catalog
from admin_system.core.errors import ModelNotFound
from admin_system.core.models import ModelConfig
from admin_system.core.service import ModelService
from admin_system.core.tests.engines.upstream import KEY, running_upstream
from admin_system.core.types import Sampling, ServiceState
from admin_system.env import get_env

WAIT = 10.0


def make_echo(name: str, **values: object) -> ModelConfig:
    return ModelConfig.objects.create(name=name, kind="echo", **values)


@pytest.mark.django_db
def test_a_new_installation_knows_two_models() -> None:
    rows = {row.name: row for row in catalog.list_configs()}
    assert set(rows) == {"qwen-vl-chat", "builtin-demo"}
    assert [row.name for row in rows.values() if row.is_current] == ["builtin-demo"]
    assert catalog.list_configs()[0].is_current
    assert catalog.active_spec().demo
    assert (Path(catalog.active_spec().path) / "config.json").is_file()
    assert catalog.spec_of(rows["qwen-vl-chat"]).path == "D:/AI-DEV/models/Qwen-VL-Chat-Int4"


@pytest.mark.django_db
def test_there_is_one_current_model_at_most() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_echo("second", is_current=True)


@pytest.mark.django_db
def test_a_row_says_all_that_its_engine_needs() -> None:
    row = make_echo(
        "mine",
        alias="m",
        temperature=0.0,
        max_tokens=7,
        max_pixels=1000,
        visual_device="cpu",
        int4_backend="gptqmodel",
    )
    spec = catalog.spec_of(catalog.get_config("m"))
    assert spec.name == row.name
    assert spec.defaults == Sampling(temperature=0.0, max_tokens=7)
    assert (spec.max_pixels, spec.visual_device) == (1000, "cpu")
    assert spec.int4_backend == "gptqmodel"
    with pytest.raises(ModelNotFound):
        catalog.get_config("nobody")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "remote"}, "upstream_url"),
        ({"kind": "local"}, "path"),
        ({"kind": "echo", "min_pixels": 9, "max_pixels": 8}, "min_pixels"),
        ({"kind": "echo", "alias": "builtin-demo"}, "alias"),
        ({"kind": "echo", "device": "tpu"}, "device"),
        ({"kind": "echo", "temperature": 3.0}, "temperature"),
    ],
)
def test_a_configuration_that_cannot_work_is_refused_at_its_field(
    values: dict[str, object], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        ModelConfig(name="wrong", **values).full_clean()
    assert list(refused.value.message_dict) == [field]


def test_a_model_becomes_the_current_one_when_it_has_answered(service: ModelService) -> None:
    demo = ModelConfig.objects.create(name="demo", kind="echo", is_current=True)
    make_echo("echo")
    assert catalog.activate("echo").model == "echo"
    assert service.wait(WAIT).state is ServiceState.READY
    row = catalog.get_config("echo")
    assert row.is_current
    assert (row.family, row.quantization) == ("qwen3_vl", "none")
    demo.refresh_from_db()
    assert not demo.is_current


def test_a_model_that_fails_does_not_become_the_current_one(
    service: ModelService, tmp_path: Path
) -> None:
    make_echo("echo", is_current=True)
    ModelConfig.objects.create(name="nowhere", path=str(tmp_path / "nowhere"))
    catalog.load("echo")
    service.wait(WAIT)
    catalog.activate("nowhere")
    status = service.wait(WAIT)
    assert (status.state, status.model) == (ServiceState.READY, "echo")
    assert status.failed == "nowhere"
    assert catalog.get_config("echo").is_current


def test_a_reload_without_a_name_takes_what_is_loaded(service: ModelService) -> None:
    make_echo("echo", is_current=True)
    make_echo("other")
    catalog.load("other")
    service.wait(WAIT)
    ModelConfig.objects.filter(name="other").update(context_length=512)
    catalog.reload()
    status = service.wait(WAIT)
    assert status.model == "other"
    assert status.info is not None
    assert status.info.context_length == 512
    catalog.unload()
    assert service.wait(WAIT).state is ServiceState.UNLOADED
    catalog.reload()
    assert service.wait(WAIT).model == "echo"


def test_the_start_of_a_server_waits_for_no_model(
    service: ModelService, settings: Settings
) -> None:
    make_echo("echo", is_current=True)
    catalog.start()
    assert service.status().state is ServiceState.UNLOADED  # as the settings of the tests say
    settings.LOAD_MODEL = True
    catalog.start()
    for thread in threading.enumerate():
        if thread.name == "model-start":
            thread.join(WAIT)
    assert service.wait(WAIT).state is ServiceState.READY


def test_a_model_of_the_environment_that_nobody_knows_is_a_failure_with_its_reason(
    service: ModelService, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LOAD_MODEL = True
    monkeypatch.setattr(get_env(), "model", "nobody")
    catalog.start()
    for thread in threading.enumerate():
        if thread.name == "model-start":
            thread.join(WAIT)
    status = service.status()
    assert (status.state, status.failed) == (ServiceState.FAILED, "nobody")
    assert status.error == ("model_not_found", {"model": "nobody"})


def test_a_process_without_a_model_asks_elsewhere_and_loads_nothing_itself(
    service: ModelService,
) -> None:
    make_echo("here", is_current=True)
    catalog.ask_elsewhere()
    assert service.wait(WAIT).state is ServiceState.UNLOADED
    with running_upstream() as (_, url):
        ModelConfig.objects.update(is_current=False)
        there = ModelConfig(name="there", kind="remote", upstream_url=url, upstream_key=KEY)
        there.is_current = True
        there.save()
        catalog.ask_elsewhere()
        status = service.wait(WAIT)
        service.unload()
        service.wait(WAIT)
    assert (status.state, status.serving) == (ServiceState.READY, "there")
