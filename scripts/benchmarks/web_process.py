"""What one web process takes for requests, streams, sockets and relayed tokens.

`python scripts/benchmarks/web_process.py` counts seconds of the processor that the server's own
process took, which other work on the machine hardly changes. The echo engine answers: no model is
in the figures. The relay is a second server whose engine is the first.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from functools import partial
from pathlib import Path

import httpx
import psutil
import websockets

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from admin_system.api.tests.server import ServerProcess, prepare

CHAT = "/api/v1/chat/completions"
REQUESTS, STREAMS, WORDS = 300, 8, 1500
PER_CALLER = 100
"""WebSockets."""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "engine") as engine:
        for path in ("/healthz", "/readyz", "/api/status", "/api/v1/models", "/metrics"):
            tell(f"GET {path}", measure(engine, partial(get, engine, path)))
        tell("chat of 3 tokens", measure(engine, lambda: chat(engine, "one two three")))
        tell("search of an empty library", measure(engine, lambda: search(engine)))
        print(f"a token of a stream, engine and all: {stream(engine) * 1e6:.0f} µs")
        asyncio.run(open_sockets(engine))
        with running(Path(folder) / "relay") as relay:
            relay.run_command("use_engine", engine.url)
            httpx.post(f"{relay.url}/api/service/load", json={"model": "engine"}, timeout=60)
            relay.wait_for("/readyz")
            tell("relayed chat of 3 tokens", measure(relay, lambda: chat(relay, "one two three")))
            print(f"a relayed token of a stream: {stream(relay) * 1e6:.0f} µs")
            print(f"memory of the relay: {resident(relay) / 2**20:.0f} MiB")


@contextmanager
def running(folder: Path) -> Iterator[ServerProcess]:
    folder.mkdir()
    (template := folder / "template").mkdir()
    (place := folder / "place").mkdir()
    settings = {"LOG_LEVEL": "INFO", "LOCAL_REQUESTS_PER_MINUTE": "0"}
    server = ServerProcess("uvicorn", "echo", template, prepare(template), place, settings)
    server.start()
    server.wait_for("/readyz")
    try:
        yield server
    finally:
        server.stop()


def process(server: ServerProcess) -> psutil.Process:
    if server.process is None:
        raise RuntimeError("the server does not run")
    return psutil.Process(server.process.pid)


def spent(server: ServerProcess) -> float:
    """Seconds of the processor so far."""
    times = process(server).cpu_times()
    return float(times.user + times.system)


def resident(server: ServerProcess) -> int:
    return int(process(server).memory_info().rss)


def measure(server: ServerProcess, deed: Callable[[], None]) -> float:
    """Seconds of the processor for one; some are done before."""
    for _ in range(20):
        deed()
    before = spent(server)
    for _ in range(REQUESTS):
        deed()
    return (spent(server) - before) / REQUESTS


def tell(what: str, seconds: float) -> None:
    print(f"{what}: {seconds * 1000:.2f} ms, {1 / seconds:.0f} a second of one core")


CLIENT = httpx.Client(timeout=60)


def get(server: ServerProcess, path: str) -> None:
    CLIENT.get(server.url + path).raise_for_status()


def chat(server: ServerProcess, words: str) -> None:
    body = {"messages": [{"role": "user", "content": words}]}
    CLIENT.post(server.url + CHAT, json=body).raise_for_status()


def search(server: ServerProcess) -> None:
    body = {"query": "one two three", "answer": False}
    CLIENT.post(f"{server.url}/api/search", json=body).raise_for_status()


def stream(server: ServerProcess) -> float:
    """Seconds of the processor for a token, four streams at a time."""

    async def read_one(http: httpx.AsyncClient) -> None:
        body = {"messages": [{"role": "user", "content": "word " * WORDS}], "stream": True}
        async with http.stream("POST", server.url + CHAT, json=body) as answer:
            async for _ in answer.aiter_raw():
                pass

    async def read_all() -> None:
        async with httpx.AsyncClient(timeout=300) as http:
            for _ in range(STREAMS // 4):
                await asyncio.gather(*(read_one(http) for _ in range(4)))

    before = spent(server)
    asyncio.run(read_all())
    return (spent(server) - before) / (STREAMS * WORDS)


async def open_sockets(server: ServerProcess) -> None:
    """As many as its keys may hold."""
    address = server.url.replace("http", "ws") + "/ws/chat/"
    callers = ["", *(f"Bearer {key}" for key in server.keys.values())]
    before, began = resident(server), spent(server)
    async with AsyncExitStack() as opened:
        for caller in callers:
            headers = {"Authorization": caller} if caller else {}
            for _ in range(PER_CALLER):
                await opened.enter_async_context(
                    websockets.connect(address, additional_headers=headers)
                )
        count = PER_CALLER * len(callers)
        memory = (resident(server) - before) / count
        seconds = (spent(server) - began) / count
        idle = spent(server)
        await asyncio.sleep(10)
        share = (spent(server) - idle) / 10
    print(
        f"{count} WebSockets: {memory / 1024:.0f} KiB and {seconds * 1000:.1f} ms to open each; "
        f"{share * 100:.1f} % of a core while nobody speaks"
    )


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
