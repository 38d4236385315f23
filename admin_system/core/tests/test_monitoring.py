"""The figures of the last hour and day: bounded, averaged, and honest about what is not known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from admin_system.core import alerts
from admin_system.core.alerts import service_alerts
from admin_system.core.devices import Machine, Memory
from admin_system.core.events import KEPT, PRUNED_EVERY, record, tell
from admin_system.core.models import ServiceEvent
from admin_system.core.monitoring import shortages
from admin_system.core.monitoring.faults import Faults
from admin_system.core.monitoring.history import COARSE, FINE, MERGED, History
from admin_system.core.monitoring.monitor import Monitor
from admin_system.core.monitoring.samples import GpuSample, Sample, mean_of, percentile
from admin_system.core.service import ModelService
from admin_system.core.types import ChatRequest, EngineSpec, Message, ServiceState, ServiceStatus

READING = Sample(0.0, None, None, None, None, None, 10.0, 5e9, 2e9, ())
MACHINE = Machine(1.0, 2, Memory(10, 100), Memory(10, 100), ())


def test_the_hour_is_fine_and_the_day_is_coarse_and_neither_grows() -> None:
    history = History()
    count = MERGED * COARSE + 3 * MERGED + 1
    for step in range(count):
        history.add(replace(READING, at=5.0 * step, cpu_percent=float(step % 2)))
    hour, day = history.read("hour"), history.read("day")
    assert (len(hour), len(day)) == (FINE, COARSE + 1)
    assert hour[-1].at == day[-1].at == 5.0 * (count - 1)
    assert day[-2].cpu_percent == pytest.approx(0.5)
    assert [one.at for one in history.read("hour", since=hour[-3].at)] == [
        hour[-2].at,
        hour[-1].at,
    ]


def test_a_mean_leaves_out_what_is_not_known() -> None:
    card = GpuSample(4.0, None, 60.0)
    samples = [
        replace(READING, gpus=(card,)),
        replace(READING, at=1.0, running=3, first_token_p50=0.5, gpus=(card, card)),
    ]
    found = mean_of(samples)
    assert (found.at, found.running, found.first_token_p50, found.waiting) == (1.0, 3, 0.5, None)
    assert found.gpus == (card,)


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 50, None),
        ([0.4], 95, 0.4),
        ([1, 2, 3], 50, 2),
        ([float(n) for n in range(101)], 95, 95),
    ],
)
def test_percentiles(values: list[float], share: int, expected: float | None) -> None:
    assert percentile(values, share) == expected


def test_old_faults_are_forgotten() -> None:
    now = [0.0]
    faults = Faults(lambda: now[0])
    faults.add()
    now[0] = 500.0
    faults.add()
    assert faults.count() == 2
    now[0] = 700.0
    assert faults.count() == 1


def test_what_is_wrong_is_told_as_long_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    faults = Faults()
    monkeypatch.setattr(alerts, "faults", faults)
    ready = ServiceStatus(ServiceState.READY, "a")
    assert service_alerts(ready, MACHINE) == []
    for _ in range(alerts.MANY_FAULTS):
        faults.add()
    full = replace(MACHINE, disk=Memory(91, 100), memory=Memory(93, 100))
    fallen_back = replace(ready, error=("checkpoint_missing", {}), failed="b")
    found = service_alerts(fallen_back, full)
    assert {one.code: one.tone for one in found} == {
        "alert_model_failed": "warn",
        "alert_disk_low": "warn",
        "alert_memory_low": "warn",
        "alert_faults": "bad",
    }
    failed = replace(fallen_back, state=ServiceState.FAILED)
    assert service_alerts(failed, MACHINE)[0].tone == "bad"
    [again, _] = service_alerts(replace(ready, breakdowns=2), MACHINE)
    assert again.code == "alert_model_breaks_down"
    said = {tell(one.code, one.values, language) for one in found for language in ("zh", "en")}
    assert len(said) == 2 * len(found)
    assert not any("{" in words for words in said)


async def test_sampling_goes_on_while_models_come_and_go(tmp_path: Path) -> None:
    service = ModelService(tmp_path / "model.lock")
    monitor = Monitor(service, tmp_path, lambda machine: None)
    empty = monitor.sample()
    assert (empty.tokens_per_second, empty.running, empty.first_token_p50) == (None, None, None)
    speeds = []
    for _ in range(2):
        service.load(EngineSpec("echo", "echo"))
        service.wait(10)
        monitor.sample()
        async for _piece in service.stream(ChatRequest((Message.of_text("user", "a b c d e"),))):
            pass
        speeds.append(monitor.sample().tokens_per_second)
        service.unload()
        service.wait(10)
        assert monitor.sample().tokens_per_second is None
    assert all(speed is not None and speed > 0 for speed in speeds)
    assert len(monitor.history.read("hour")) == 7
    first = monitor.history.read("hour")[-1].first_token_p50
    assert first is not None
    assert 0 < first < 10


def test_a_shortage_is_told_once_until_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(shortages, "record", lambda kind, **values: told.append(kind))
    watch = shortages.Shortages()
    for used in (89, 91, 95, 89, 91, 80, 90):
        watch.look(replace(MACHINE, disk=Memory(used, 100)))
    assert told == ["event_disk_low"] * 2


@pytest.mark.django_db
def test_events_are_bounded_and_told_in_both_languages() -> None:
    reason = {"reason": "model_unloaded", "reason_values": {}}
    for _ in range(KEPT + 2 * PRUNED_EVERY):
        record("event_model_failed", model="qwen", path=Path("/x"), **reason)
    rows = ServiceEvent.objects.all()
    assert KEPT <= rows.count() <= KEPT + PRUNED_EVERY
    newest = rows[0]
    english = tell(newest.kind, newest.values, "en")
    assert english.startswith("qwen did not load: ")
    assert tell(newest.kind, newest.values, "zh").startswith("qwen 没有加载成功：")
    with pytest.raises(ValueError, match="no kind of event"):
        record("event_made_up")
