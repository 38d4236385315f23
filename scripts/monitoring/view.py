"""The live view in a terminal."""

from __future__ import annotations

import time
from collections.abc import Sequence

from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from scripts.monitoring.charts import STATE_COLOURS
from scripts.monitoring.samples import Sample
from scripts.monitoring.words import Language, word

BARS = "▁▂▃▄▅▆▇█"
WIDTH = 48
"""Samples in a line of bars."""


def render(samples: Sequence[Sample], url: str, language: Language) -> Panel:
    """The newest sample as a table, with the course of the figures that move."""
    now = samples[-1]
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column()
    table.add_column(no_wrap=True)
    state = Text(word(now.state, language), style=f"bold {STATE_COLOURS.get(now.state, '')}")
    if now.progress is not None:
        state.append(f"  {now.progress:.0%}")
    table.add_row(word("state", language), state, now.reason)
    table.add_row(word("model", language), now.model or "–", "")
    queue = f"{figure(now.running)} / {figure(now.waiting)} / {figure(now.slots)}"
    table.add_row(word("queue", language), queue, bars([s.running for s in samples]))
    table.add_row(word("speed", language), figure(now.speed), bars([s.speed for s in samples]))
    table.add_row(word("cpu", language), figure(now.cpu), bars([s.cpu for s in samples]))
    memory = f"{figure(now.memory)} / {figure(now.memory_total)}"
    table.add_row(word("memory", language), memory, bars([s.memory for s in samples]))
    for gpu in now.gpus:
        used = f"{gpu.memory:.1f} / {gpu.memory_total:.1f}"
        load = f"{figure(gpu.utilization)} %  {figure(gpu.temperature)} °C"
        table.add_row(f"{word('gpu_memory', language)} {gpu.name}", used, load)
    clock = time.strftime("%H:%M:%S", time.localtime(now.time))
    return Panel(
        table,
        title=f"{word('title', language)}  {url}",
        subtitle=f"{clock}  {word('stop', language)}",
        expand=False,
    )


def figure(value: float | None) -> str:
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.1f}"


def bars(values: Sequence[float | None]) -> str:
    """The last values as blocks between nothing and the largest; a gap is a space."""
    shown = values[-WIDTH:]
    largest = max((value for value in shown if value is not None), default=0) or 1
    return "".join(
        " " if value is None else BARS[min(7, int(8 * value / largest))] for value in shown
    )
