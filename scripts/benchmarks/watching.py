"""What it costs to watch the service: a sample, the history in memory, a long log, a listed token.

python scripts/benchmarks/watching.py
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import AsyncGenerator, Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "admin_system.settings_test")

import django

django.setup()

from admin_system.core.logs import read_page  # noqa: E402
from admin_system.core.monitoring.history import COARSE, MERGED, History  # noqa: E402
from admin_system.core.monitoring.monitor import Monitor  # noqa: E402
from admin_system.core.monitoring.samples import GpuSample, Sample  # noqa: E402
from admin_system.core.open_requests import OpenRequests  # noqa: E402
from admin_system.core.service import ModelService  # noqa: E402
from admin_system.core.types import ChatRequest, Delta, End, Message  # noqa: E402

LOG_BYTES = 10 * 2**20
LINE = (
    "2026-11-25 10:00:00,000 INFO admin_system.api.middleware: req_{:032d} "
    "POST '/api/v1/chat/completions' -> 200 after 0.312 s\n"
)
PIECES = 200_000


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        monitor = Monitor(ModelService(folder / "model.lock"), folder, lambda machine: None)
        monitor.sample()
        print(f"a sample: {1e3 * cpu_seconds(monitor.sample, 200):.2f} ms")
        print(f"the history of a day, two cards: {history_megabytes():.2f} MB")
        log = write_log(folder / "django.log")
        for words, level in (("", "DEBUG"), ("never-there", "DEBUG"), ("", "ERROR")):
            read = partial(read_page, log, limit=100, words=words, level=level)
            seconds = cpu_seconds(read, 5)
            print(f"100 entries of 10 MiB, words {words!r}, {level}: {1e3 * seconds:.1f} ms")
    direct, watched = asyncio.run(time_pieces())
    print(f"a token: {1e6 * direct:.2f} us as it comes, {1e6 * watched:.2f} us listed")


def cpu_seconds(work: Callable[[], object], times: int) -> float:
    """Median of the processor's seconds in this thread."""
    taken = []
    for _ in range(times):
        began = time.thread_time()
        work()
        taken.append(time.thread_time() - began)
    return statistics.median(taken)


def history_megabytes() -> float:
    tracemalloc.start()
    history, card = History(), GpuSample(4e10, 50.0, 60.0)
    for step in range(MERGED * COARSE):
        at = 5.0 * step
        history.add(
            Sample(at, 100.0 + step, 0.2, 0.4, 3.0, 1.0, 50.0, 5e9 + step, 2e11, (card, card))
        )
    taken = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    return taken


def write_log(path: Path) -> Path:
    count = LOG_BYTES // len(LINE.format(0))
    path.write_text("".join(LINE.format(number) for number in range(count)), encoding="utf-8")
    return path


async def make_pieces() -> AsyncGenerator[Delta | End]:
    piece = Delta("a")
    for _ in range(PIECES):
        yield piece


async def time_pieces() -> tuple[float, float]:
    """Seconds a piece, without and with the list of open requests."""
    request = ChatRequest((Message.of_text("user", "x"),))
    taken = []
    for stream in (make_pieces(), OpenRequests().watch(request, "model", make_pieces())):
        began = time.thread_time()
        async for _ in stream:
            pass
        taken.append((time.thread_time() - began) / PIECES)
    return taken[0], taken[1]


if __name__ == "__main__":
    main()
