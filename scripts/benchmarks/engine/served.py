"""Print H, what HTTP costs beside the engine alone, and L, how soon a row is free again.

    python scripts/benchmarks/engine/served.py [--model random] [--threads 1] [--device cuda:0]

H is tokens a CPU-second of the server's process, with 16 streams, over those of the engine alone. L
is the longest of five tries for each transport: from the client's going until the status shows
nothing running.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import psutil
from websockets.asyncio.client import connect

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from admin_system.api.tests.server import ServerProcess, environment, prepare
from scripts.benchmarks.engine.measured import loaded, run
from scripts.benchmarks.engine.questions import NEW_TOKENS, make_requests
from scripts.benchmarks.engine.ratios import tell_ratio
from scripts.benchmarks.engine.target import Target, add_options, read_target

ROOT = Path(__file__).resolve().parents[3]
STREAMS = 16
TRIES = 5
WRITE_ROW = """
import django; django.setup()
from admin_system.core.models import ModelConfig
ModelConfig.objects.create(name="measured", path={path!r}, device={device!r},
                           precision={precision!r}, max_batch=16)
"""
LONG = {"messages": [{"role": "user", "content": "say something long"}], "max_tokens": 4000}


def start_server(folder: Path, target: Target, threads: int) -> ServerProcess:
    template = folder / "template"
    template.mkdir()
    keys = prepare(template)
    place = target.placement
    row = WRITE_ROW.format(path=str(target.folder), device=place.device, precision=place.precision)
    subprocess.run(
        [sys.executable, "-c", row],
        check=True,
        cwd=ROOT,
        env=environment(template),
    )
    home = folder / "server"
    home.mkdir()
    settings = {"THREADS": str(threads), "LOG_LEVEL": "INFO"}
    server = ServerProcess("uvicorn", "measured", template, keys, home, settings)
    server.start()
    server.wait_for("/readyz")
    return server


def cpu_seconds(server: ServerProcess) -> float:
    if server.process is None:
        raise RuntimeError("the server does not run")
    times = psutil.Process(server.process.pid).cpu_times()
    return float(times.user + times.system)


async def stream_all(server: ServerProcess, first: int) -> int:
    """Returns the tokens."""

    async def stream(client: httpx.AsyncClient, text: str) -> int:
        body = {
            "messages": [{"role": "user", "content": text}],
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": 0,
            "max_tokens": NEW_TOKENS,
        }
        url = f"{server.url}/v1/chat/completions"
        tokens = 0
        async with client.stream("POST", url, json=body) as answer:
            async for line in answer.aiter_lines():
                if '"completion_tokens"' in line:
                    tokens = json.loads(line.removeprefix("data: "))["usage"]["completion_tokens"]
        return tokens

    texts = [request.messages[0].text for request in make_requests(STREAMS, "text", first=first)]
    async with httpx.AsyncClient(timeout=600) as client:
        return sum(await asyncio.gather(*(stream(client, text) for text in texts)))


def measure_overhead(server: ServerProcess, target: Target, count: int) -> None:
    """`count` rounds, of which the median is told."""
    rounds: list[tuple[float, float]] = []
    with loaded(target) as engine:
        asyncio.run(stream_all(server, 100))
        run(engine, make_requests(STREAMS, "text", first=100))
        for number in range(count):
            first = 1000 * (number + 1)
            began = cpu_seconds(server)
            tokens = asyncio.run(stream_all(server, first))
            served = tokens / (cpu_seconds(server) - began)
            began = time.process_time()
            timing = run(engine, make_requests(STREAMS, "text", first=first))
            rounds.append((served, timing.tokens / (time.process_time() - began)))
    ratio = median(served / alone for served, alone in rounds)
    served, alone = (median(one[side] for one in rounds) for side in (0, 1))
    print(
        f"H {ratio:.3f}: {served:.0f} tokens a CPU-second through HTTP, "
        f"{alone:.0f} by the engine alone"
    )
    tell_ratio(f"H {target.name}", ratio, ">= 0.95")


async def leave_http(server: ServerProcess, stream: bool) -> None:
    url = f"{server.url}/v1/chat/completions"
    async with httpx.AsyncClient(timeout=60) as client:
        task = asyncio.create_task(client.post(url, json={**LONG, "stream": stream}))
        await asyncio.to_thread(server.wait_for_requests, 1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def leave_socket(server: ServerProcess) -> None:
    socket = await connect(f"{server.socket_url}/ws/chat/")
    await socket.send(json.dumps({"type": "chat", **LONG}))
    await asyncio.to_thread(server.wait_for_requests, 1)
    socket.transport.abort()


def measure_leaving(server: ServerProcess, tries: int) -> None:
    """The longest of so many tries."""
    ways: dict[str, Callable[[], Awaitable[Any]]] = {
        "stream": lambda: leave_http(server, True),
        "plain": lambda: leave_http(server, False),
        "socket": lambda: leave_socket(server),
    }
    for name, leave in ways.items():
        longest = 0.0
        for _ in range(tries):

            async def gone(leave: Callable[[], Awaitable[Any]] = leave) -> None:
                await leave()

            asyncio.run(gone())
            longest = max(longest, server.seconds_until_idle())
        print(f"L {name}: at most {1e3 * longest:.0f} ms", flush=True)
        tell_ratio(f"L {name}, ms", 1e3 * longest, "<= 200")


def main() -> None:
    parser = argparse.ArgumentParser()
    add_options(parser, threads=1)
    parser.add_argument("--tries", type=int, default=TRIES, help="of each way to go away")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    target = read_target(given)
    with tempfile.TemporaryDirectory() as folder:
        server = start_server(Path(folder), target, given.threads)
        try:
            measure_leaving(server, given.tries)
            measure_overhead(server, target, given.rounds)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
