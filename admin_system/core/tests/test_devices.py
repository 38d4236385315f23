"""The machine is read whatever it has."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pynvml
import pytest

from admin_system.core import devices
from admin_system.core.alerts import machine_alerts
from admin_system.core.devices import Gpu, read_disk, read_gpus, read_machine, read_memory
from admin_system.core.monitoring import shortages
from admin_system.core.monitoring.shortages import Shortages


def test_the_machine_has_memory_disk_and_cores(tmp_path: Path) -> None:
    machine = read_machine(tmp_path / "not" / "there" / "yet")
    assert machine.cpu_cores >= 1
    assert 0 <= machine.cpu_percent <= 100
    for memory in (machine.memory, machine.disk):
        assert 0 < memory.used <= memory.total
        assert memory.free == memory.total - memory.used


def test_a_containers_limit_is_its_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "max").write_text("1000000\n", encoding="ascii")
    (tmp_path / "used").write_text("250000\n", encoding="ascii")
    monkeypatch.setattr(devices, "CGROUP_LIMIT", tmp_path / "max")
    monkeypatch.setattr(devices, "CGROUP_USED", tmp_path / "used")
    assert read_memory().free == 750_000
    (tmp_path / "max").write_text("max\n", encoding="ascii")
    assert read_memory().total > 1_000_000


def test_the_disk_is_that_of_the_nearest_folder(tmp_path: Path) -> None:
    assert read_disk(tmp_path / "a" / "b").total == read_disk(tmp_path).total


@pytest.fixture
def nvml(monkeypatch: pytest.MonkeyPatch) -> None:
    """One card that does not tell its power."""

    def refuse(handle: object) -> int:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)

    answers = {
        "nvmlInit": lambda: None,
        "nvmlDeviceGetCount": lambda: 1,
        "nvmlDeviceGetHandleByIndex": lambda index: index,
        "nvmlDeviceGetMemoryInfo": lambda handle: SimpleNamespace(used=3, total=10),
        "nvmlDeviceGetName": lambda handle: "Card",
        "nvmlDeviceGetUtilizationRates": lambda handle: SimpleNamespace(gpu=42),
        "nvmlDeviceGetTemperature": lambda handle, sensor: 61,
        "nvmlDeviceGetPowerUsage": refuse,
    }
    for name, answer in answers.items():
        monkeypatch.setattr(pynvml, name, answer)
    monkeypatch.setattr(devices, "_nvml_state", None)


@pytest.mark.usefixtures("nvml")
def test_a_card_tells_what_it_can() -> None:
    assert read_gpus() == (Gpu(0, "Card", 3, 10, utilization=42, temperature=61, power=None),)
    assert read_gpus()[0].memory_free == 7


@pytest.mark.usefixtures("nvml")
def test_a_card_that_is_lost_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_seen", {})
    told: list[str] = []
    monkeypatch.setattr(shortages, "record", lambda kind, name: told.append(f"{kind} {name}"))
    watching = Shortages()
    watching.look(read_machine(tmp_path))
    assert told == []

    def lose(*_: object) -> None:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_GPU_IS_LOST)

    with monkeypatch.context() as patch:
        patch.setattr(pynvml, "nvmlDeviceGetHandleByIndex", lose)
        for _ in range(2):
            machine = read_machine(tmp_path)
            watching.look(machine)
    assert machine.gpus == ()
    assert machine.lost_gpus == ("0: Card",)
    assert machine_alerts(machine)[0].code == "alert_gpu_lost"
    assert told == ["event_gpu_lost 0: Card"]
    assert read_machine(tmp_path).lost_gpus == ()


def test_without_a_driver_there_is_no_card_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)

    monkeypatch.setattr(pynvml, "nvmlInit", refuse)
    monkeypatch.setattr(devices, "_nvml_state", None)
    assert read_gpus() == ()
