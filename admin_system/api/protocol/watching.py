"""Metrics, events and alerts on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from admin_system.api.protocol.descriptions import Answer
from admin_system.core.alerts import Alert
from admin_system.core.devices import Gpu
from admin_system.core.events import TONES, tell
from admin_system.core.models import ServiceEvent
from admin_system.core.monitoring.history import MERGED, STEP, Range
from admin_system.core.monitoring.samples import Sample
from admin_system.core.types import Language

Column = list[float | None]


class GpuHistoryAnswer(Answer):
    index: int
    name: str
    memory_total: int = Field(description="Bytes.")
    memory_used: Column
    utilization: Column = Field(description="Per cent.")
    temperature: Column = Field(description="Degrees Celsius.")


class MetricsAnswer(Answer):
    """Columns of the same length, oldest first; what is not known is null."""

    over: Literal["hour", "day"]
    step: float = Field(description="Seconds.")
    times: list[float] = Field(description="Seconds since 1970.")
    tokens_per_second: Column
    first_token_p50: Column = Field(description="Seconds, over the five minutes before.")
    first_token_p95: Column
    running: Column
    waiting: Column
    cpu_percent: Column
    memory_used: Column
    memory_total: int
    disk_used: Column
    disk_total: int
    gpus: list[GpuHistoryAnswer]


class EventAnswer(Answer):
    id: int
    kind: str
    tone: Literal["ok", "info", "warn", "bad"]
    message: str
    at: str


class EventPage(Answer):
    data: list[EventAnswer]
    next_cursor: str | None


class AlertAnswer(Answer):
    code: str
    tone: Literal["warn", "bad"]
    message: str
    link: str | None = Field(description="The page where something can be done about it.")


class AlertList(Answer):
    data: list[AlertAnswer]


NUMBERS = (
    "tokens_per_second",
    "first_token_p50",
    "first_token_p95",
    "running",
    "waiting",
    "cpu_percent",
)
BYTES = ("memory_used", "disk_used")


def encode_history(
    over: Range,
    samples: Sequence[Sample],
    gpus: Sequence[Gpu],
    totals: dict[str, int],
) -> dict[str, Any]:
    """`totals`: memory_total and disk_total; `gpus` as they are now."""
    columns = {
        name: [shorten(getattr(one, name)) for one in samples] for name in (*NUMBERS, *BYTES)
    }
    return {
        "over": over,
        "step": STEP if over == "hour" else STEP * MERGED,
        "times": [round(one.at, 1) for one in samples],
        **columns,
        **totals,
        "gpus": [encode_card(place, gpu, samples) for place, gpu in enumerate(gpus)],
    }


def encode_card(place: int, gpu: Gpu, samples: Sequence[Sample]) -> dict[str, Any]:
    cards = [one.gpus[place] if place < len(one.gpus) else None for one in samples]
    return {
        "index": gpu.index,
        "name": gpu.name,
        "memory_total": gpu.memory_total,
        "memory_used": [shorten(card.memory_used) if card else None for card in cards],
        "utilization": [shorten(card.utilization) if card else None for card in cards],
        "temperature": [shorten(card.temperature) if card else None for card in cards],
    }


def shorten(value: float | None) -> float | None:
    """Three decimals; bytes are whole."""
    if value is None:
        return None
    return round(value) if value >= 1e6 else round(value, 3)


def encode_event(row: ServiceEvent, language: Language) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "tone": TONES.get(row.kind, "info"),
        "message": tell(row.kind, row.values, language),
        "at": row.at.isoformat(),
    }


def encode_alert(alert: Alert, link: str | None, language: Language) -> dict[str, Any]:
    return {
        "code": alert.code,
        "tone": alert.tone,
        "message": tell(alert.code, alert.values, language),
        "link": link,
    }
