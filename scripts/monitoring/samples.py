"""Asks a running server how it is; one answer is one sample."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass, field
from typing import Any

SILENT = "unreachable"
"""State of a sample where nothing answered."""
PATIENCE = 5.0
"""Seconds that an answer may take."""
GIBIBYTE = 2**30

# The server is on this machine or in this network: never through a proxy.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class GpuSample:
    name: str
    memory: float
    """Gibibytes in use."""
    memory_total: float
    utilization: float | None
    """Per cent."""
    temperature: float | None
    """Degrees Celsius."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What the server said at one moment; None where it did not say."""

    time: float
    """Seconds since the epoch."""
    state: str
    """ok, loading, stopped, degraded, or SILENT."""
    reason: str = ""
    """Of a state that is not ok, as the server words it."""
    model: str = ""
    progress: float | None = None
    """0..1 of a load."""
    running: int | None = None
    waiting: int | None = None
    slots: int | None = None
    generated: int | None = None
    """Tokens since the model was loaded."""
    speed: float | None = None
    """Tokens a second since the sample before."""
    cpu: float | None = None
    """Per cent over all cores."""
    memory: float | None = None
    """Gibibytes in use."""
    memory_total: float | None = None
    gpus: tuple[GpuSample, ...] = field(default=())

    def to_line(self) -> str:
        """One line of JSON, for the log."""
        return json.dumps(asdict(self), ensure_ascii=False)


class Reader:
    """Keeps the count of tokens of the sample before, to tell the speed."""

    def __init__(self, url: str, key: str = "", language: str = "zh") -> None:
        headers = {"Accept-Language": language}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        address = f"{url.rstrip('/')}/api/status"
        self._request = urllib.request.Request(address, headers=headers)  # noqa: S310 - http(s)
        self._before: tuple[float, int] | None = None

    def read(self) -> Sample:
        """Never raises for what the server does: its silence is a sample too."""
        now = time.time()
        try:
            with _direct.open(self._request, timeout=PATIENCE) as response:
                status = json.loads(response.read())
        except urllib.error.HTTPError as error:
            return self._silent(now, f"HTTP {error.code}")
        except (OSError, ValueError) as error:
            return self._silent(now, str(getattr(error, "reason", error)))
        sample = to_sample(status, now, self._before)
        self._before = None if sample.generated is None else (now, sample.generated)
        return sample

    def _silent(self, now: float, reason: str) -> Sample:
        self._before = None
        return Sample(now, SILENT, reason)


def to_sample(status: dict[str, Any], now: float, before: tuple[float, int] | None) -> Sample:
    """`before` are time and token count of the sample before."""
    model = status.get("model") or {}
    engine = status.get("engine") or {}
    system = status.get("system") or {}
    memory = system.get("memory") or {}
    generated = engine.get("generated_tokens")
    return Sample(
        time=now,
        state=status.get("status", SILENT),
        reason=(model.get("error") or {}).get("message", ""),
        model=model.get("name") or "",
        progress=model.get("progress"),
        running=engine.get("running"),
        waiting=engine.get("waiting"),
        slots=engine.get("slots"),
        generated=generated,
        speed=to_speed(now, generated, before),
        cpu=system.get("cpu_percent"),
        memory=to_gibibytes(memory.get("used")),
        memory_total=to_gibibytes(memory.get("total")),
        gpus=tuple(
            GpuSample(
                name=gpu["name"],
                memory=gpu["memory_used"] / GIBIBYTE,
                memory_total=gpu["memory_total"] / GIBIBYTE,
                utilization=gpu.get("utilization"),
                temperature=gpu.get("temperature"),
            )
            for gpu in status.get("gpus") or ()
        ),
    )


def to_speed(now: float, generated: int | None, before: tuple[float, int] | None) -> float | None:
    """None where it cannot be told: the first sample, or another model since."""
    if generated is None or before is None or generated < before[1] or now <= before[0]:
        return None
    return (generated - before[1]) / (now - before[0])


def to_gibibytes(size: float | None) -> float | None:
    return None if size is None else size / GIBIBYTE
