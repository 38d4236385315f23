"""One reading of the service and its machine, and the mean of several."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from admin_system.core.devices import Machine
from admin_system.core.types import EngineStats


@dataclass(frozen=True, slots=True)
class GpuSample:
    """None where the card does not tell."""

    memory_used: float
    """Bytes, of all processes."""
    utilization: float | None
    """Per cent."""
    temperature: float | None
    """Degrees Celsius."""


@dataclass(frozen=True, slots=True)
class Sample:
    """None is what nobody knows, such as the speed of a model that is not there."""

    at: float
    """Seconds since the epoch."""
    tokens_per_second: float | None
    """Of all answers together, by the clock, since the sample before."""
    first_token_p50: float | None
    """Seconds, of the requests whose first token came in the last five minutes."""
    first_token_p95: float | None
    running: float | None
    waiting: float | None
    cpu_percent: float
    memory_used: float
    """Bytes."""
    disk_used: float
    """Bytes."""
    gpus: tuple[GpuSample, ...]
    """In the order of their numbers."""


def take_sample(
    at: float,
    machine: Machine,
    stats: EngineStats | None,
    speed: float | None,
    first_tokens: Sequence[float],
) -> Sample:
    return Sample(
        at=at,
        tokens_per_second=speed,
        first_token_p50=percentile(first_tokens, 50),
        first_token_p95=percentile(first_tokens, 95),
        running=stats.running if stats else None,
        waiting=stats.waiting if stats else None,
        cpu_percent=machine.cpu_percent,
        memory_used=machine.memory.used,
        disk_used=machine.disk.used,
        gpus=tuple(
            GpuSample(gpu.memory_used, gpu.utilization, gpu.temperature) for gpu in machine.gpus
        ),
    )


def percentile(values: Sequence[float], share: int) -> float | None:
    """`share` per cent of the values are not above it; None of no values."""
    if len(values) < 2:
        return values[0] if values else None
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


def mean_of(samples: Sequence[Sample]) -> Sample:
    """Of one or more, value by value over those that are known; its time is the last one's."""
    last = samples[-1]
    cards = min(len(one.gpus) for one in samples)
    return Sample(
        at=last.at,
        tokens_per_second=mean(one.tokens_per_second for one in samples),
        first_token_p50=mean(one.first_token_p50 for one in samples),
        first_token_p95=mean(one.first_token_p95 for one in samples),
        running=mean(one.running for one in samples),
        waiting=mean(one.waiting for one in samples),
        cpu_percent=statistics.fmean(one.cpu_percent for one in samples),
        memory_used=statistics.fmean(one.memory_used for one in samples),
        disk_used=statistics.fmean(one.disk_used for one in samples),
        gpus=tuple(mean_of_card([one.gpus[card] for one in samples]) for card in range(cards)),
    )


def mean_of_card(samples: Sequence[GpuSample]) -> GpuSample:
    return GpuSample(
        statistics.fmean(one.memory_used for one in samples),
        mean(one.utilization for one in samples),
        mean(one.temperature for one in samples),
    )


def mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None
