"""What is wrong with the service at this moment: computed anew each time, kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from admin_system.core.devices import Machine
from admin_system.core.files_watch import current_fault
from admin_system.core.monitoring.faults import WINDOW, faults
from admin_system.core.monitoring.shortages import (
    is_disk_short,
    is_memory_short,
    shortage_values,
)
from admin_system.core.types import ServiceState, ServiceStatus

MANY_FAULTS = 5
"""Requests that fail in ten minutes through a fault of ours."""

Tone = Literal["warn", "bad"]
Room = Literal["models", "documents", "service", "logs"]


@dataclass(frozen=True, slots=True)
class Alert:
    code: str
    """Of `messages`."""
    tone: Tone
    room: Room
    """Where something can be done about it."""
    values: Mapping[str, object] = field(default_factory=dict)


def service_alerts(status: ServiceStatus, machine: Machine) -> list[Alert]:
    """The worst first."""
    return [*model_alerts(status), *files_alerts(), *machine_alerts(machine), *fault_alerts()]


def model_alerts(status: ServiceStatus) -> list[Alert]:
    """A failed load, also where the former model answers; a model that broke down again."""
    alerts = []
    if status.error is not None:
        code, values = status.error
        reason = {"model": status.failed, "reason": code, "reason_values": values}
        tone: Tone = "bad" if status.state is ServiceState.FAILED else "warn"
        alerts.append(Alert("alert_model_failed", tone, "models", reason))
    elif status.breakdowns:
        counted = {"model": status.model, "count": status.breakdowns}
        alerts.append(Alert("alert_model_breaks_down", "warn", "logs", counted))
    return alerts


def machine_alerts(machine: Machine) -> list[Alert]:
    alerts = []
    if is_disk_short(machine):
        values = shortage_values(machine.disk)
        alerts.append(Alert("alert_disk_low", "warn", "service", values))
    if is_memory_short(machine):
        values = shortage_values(machine.memory)
        alerts.append(Alert("alert_memory_low", "warn", "service", values))
    if machine.lost_gpus:
        names = {"names": ", ".join(machine.lost_gpus)}
        alerts.insert(0, Alert("alert_gpu_lost", "bad", "service", names))
    return alerts


def files_alerts() -> list[Alert]:
    fault = current_fault()
    if fault is None:
        return []
    reason = {"reason": fault.code, "reason_values": fault.values}
    return [Alert("alert_files_away", "bad", "service", reason)]


def fault_alerts() -> list[Alert]:
    count = faults.count()
    if count < MANY_FAULTS:
        return []
    return [Alert("alert_faults", "bad", "logs", {"count": count, "minutes": round(WINDOW / 60)})]
