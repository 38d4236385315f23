"""Asks a running server ten thousand requests of all kinds: does it hold more at the end?

    python scripts/checks/soak.py [--requests 10000] [--clients 6] [--embedder hash]
        [--points 20] [--most-growth 0.05]

Chats, streams, pictures, sockets, analyses, documents, searches, settings, pages, wrong ones and
clients that go away; each removes what it made. Twenty times the clients pause, and memory (RSS),
descriptors and threads of the server's process are read. The first fifth warms up; after it memory
stays within 5 %, descriptors and threads within a few. Prints one line of JSON with the series;
ends with 1 where one grew or an answer was wrong.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.checks.everyday import Everyday
from scripts.checks.library_on_trial import set_up, use_embedder
from scripts.checks.service_on_trial import ServiceOnTrial

WARM = 1 / 5
"""Of all points, after which everything has been filled."""
SPARE = {"descriptors": 4, "threads": 8}
"""That may come and go; pools of threads fill with the first requests that meet at once, and with
PostgreSQL the pool of connections, each of which is a descriptor."""
SETTLE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Point:
    mib: float
    """Resident memory of the server's process."""
    descriptors: int
    threads: int


def read_point(service: ServiceOnTrial) -> Point:
    """When nothing runs any more. Raises TimeoutError."""
    end = time.monotonic() + 120
    with httpx.Client(base_url=service.url, timeout=30, trust_env=False) as client:
        while (engine := client.get("/api/status").json()["engine"])["running"] or (
            engine["waiting"]
        ):
            if time.monotonic() > end:
                raise TimeoutError("requests of clients that are gone still run")
            time.sleep(0.1)
    time.sleep(SETTLE_SECONDS)
    process = service.server()
    memory = round(process.memory_info().rss / 2**20, 1)
    return Point(memory, process.num_fds(), process.num_threads())


def judge(points: list[Point], most_growth: float) -> list[str]:
    """What has grown from the warm point to the mean of the last quarter."""
    from django.db import connection

    from admin_system.databases import MOST_CONNECTIONS

    warm = points[max(1, round(len(points) * WARM)) - 1]
    last = points[-max(1, len(points) // 4) :]
    spare = {**SPARE}
    if connection.vendor == "postgresql":
        spare["descriptors"] += MOST_CONNECTIONS
    faults = []
    memory = sum(point.mib for point in last) / len(last)
    if memory > warm.mib * (1 + most_growth):
        faults.append(f"memory has grown from {warm.mib:.0f} to {memory:.0f} MiB")
    for name in ("descriptors", "threads"):
        before, after = getattr(warm, name), min(getattr(point, name) for point in last)
        if after > before + spare[name]:
            faults.append(f"{name} have grown from {before} to {after}")
    return faults


def run(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    with ServiceOnTrial(folder) as service, ThreadPoolExecutor(options.clients) as pool:
        pid = service.server().pid
        people = [Everyday(service.url, seed) for seed in range(options.clients)]
        points = [read_point(service)]
        began = time.monotonic()
        for number in range(options.points):
            each = -(-options.requests // (options.points * options.clients))
            list(pool.map(lambda one, each=each: one.ask(each), people))
            gc.collect()
            points.append(read_point(service))
            print(number + 1, astuple(points[-1]), file=sys.stderr, flush=True)
        faults = [fault for one in people for fault in one.faults]
        faults += judge(points[1:], options.most_growth)
        if service.server().pid != pid:
            faults.append("the server was started again")
        asked = sum((one.asked for one in people), Counter[str]())
        return {
            "requests": sum(asked.values()),
            "kinds": dict(asked),
            "seconds": round(time.monotonic() - began, 1),
            "started": astuple(points[0]),
            "series": [astuple(point) for point in points[1:]],
            "faults": faults[:50],
        }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=6)
    parser.add_argument("--embedder", choices=("bundled", "hash"), default="hash")
    parser.add_argument("--points", type=int, default=20, help="at which memory is read")
    parser.add_argument("--most-growth", type=float, default=0.05, help="of memory")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        set_up(Path(folder))
        use_embedder(options.embedder)
        result = run(Path(folder), options)
        print(json.dumps(result, ensure_ascii=False))
        return 1 if result["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
