"""Opens WebSockets that say nothing: what do they cost the server, and those who ask beside them?

    python scripts/checks/idle_sockets.py [--sockets 200] [--requests 300] [--seconds 60]

The server is uvicorn as `start_service.py` starts it, with the echo model, on data of its own.
Memory is the growth of its process for each socket, after some were opened and closed for warming;
its processor is measured over so many seconds without and with them; requests are asked one after
another without and with them, in turns, since other work on the machine comes and goes. Prints one
line of JSON; ends with 1 where a socket was lost or does not answer at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.checks.library_on_trial import PREFIX, ROOT, set_up, settings_in
from scripts.checks.service_on_trial import START_SECONDS, find_port

WARM = 20
"""Sockets and requests before anything is measured."""
ROUNDS = 5
SETTLE_SECONDS = 1.0
"""After sockets were opened or closed, which is work."""
PER_KEY = 100
"""Sockets that the service allows each key."""
QUESTION = {"messages": [{"role": "user", "content": "hello"}]}


@dataclass
class Asked:
    seconds: list[float] = field(default_factory=list)
    """Until each answer was there."""
    processor: float = 0.0
    """Seconds that the server took for all of them."""

    def describe(self) -> dict[str, float]:
        """Milliseconds of one request."""
        return {
            "median": round(statistics.median(self.seconds) * 1000, 2),
            "p95": round(statistics.quantiles(self.seconds, n=20)[-1] * 1000, 2),
            "processor": round(self.processor / len(self.seconds) * 1000, 2),
        }


class Beside:
    """One server; `keys` are its callers, of which each may hold `PER_KEY` sockets."""

    def __init__(self, url: str, process: int, keys: Sequence[str]) -> None:
        self.url = url
        self.keys = keys
        self.process = psutil.Process(process)
        self.faults: list[str] = []

    async def measure(
        self, sockets: int, requests: int, seconds: float, rounds: int = ROUNDS
    ) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.keys[0]}"}
        async with httpx.AsyncClient(
            base_url=self.url, headers=headers, timeout=60, trust_env=False
        ) as client:
            await self.ask(client, WARM, Asked())
            async with self.opened(WARM):
                pass
            idle = await self.rest(seconds)
            before = self.process.memory_info().rss
            async with self.opened(sockets):
                memory = self.process.memory_info().rss - before
                idle_beside = await self.rest(seconds)
            alone, beside = Asked(), Asked()
            for _ in range(rounds):
                await self.ask(client, requests // rounds, alone)
                async with self.opened(sockets) as lines:
                    await self.ask(client, requests // rounds, beside)
                    await asyncio.gather(*map(self.ping, lines))
        return {
            "sockets": sockets,
            "kib_per_socket": round(memory / 1024 / sockets, 1),
            "processor_share": {"without": round(idle, 4), "with": round(idle_beside, 4)},
            "milliseconds": {"without": alone.describe(), "with": beside.describe()},
            "ratio": {
                name: round(beside.describe()[name] / value, 2)
                for name, value in alone.describe().items()
            },
            "faults": self.faults,
        }

    @asynccontextmanager
    async def opened(self, count: int) -> AsyncIterator[list[ClientConnection]]:
        """Each has been let in, which its answer to a ping shows."""
        address = self.url.replace("http", "ws", 1) + "/ws/chat"
        async with AsyncExitStack() as held:
            lines = []
            for number in range(count):
                key = {"Authorization": f"Bearer {self.keys[number // PER_KEY]}"}
                line = connect(address, additional_headers=key, ping_interval=None, proxy=None)
                lines.append(await held.enter_async_context(line))
            await asyncio.gather(*map(self.ping, lines))
            yield lines

    async def ping(self, line: ClientConnection) -> None:
        try:
            await line.send('{"type": "ping"}')
            said = json.loads(await asyncio.wait_for(line.recv(), 30))
            if said["type"] != "pong":
                self.faults.append(f"{said} instead of a pong")
        except (ConnectionClosed, TimeoutError) as error:
            self.faults.append(f"a socket is lost: {error!r}")

    async def ask(self, client: httpx.AsyncClient, count: int, asked: Asked) -> None:
        await asyncio.sleep(SETTLE_SECONDS)
        before = self.spent()
        for _ in range(count):
            began = time.perf_counter()
            answer = await client.post("/api/v1/chat/completions", json=QUESTION)
            asked.seconds.append(time.perf_counter() - began)
            if answer.status_code != 200:
                self.faults.append(f"{answer.status_code} {answer.text[:200]}")
        asked.processor += self.spent() - before

    async def rest(self, seconds: float) -> float:
        """Of one core, how much the server takes while nobody says anything."""
        before, began = self.spent(), time.monotonic()
        await asyncio.sleep(seconds)
        return (self.spent() - before) / (time.monotonic() - began)

    def spent(self) -> float:
        """Seconds of processor."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


def make_keys(count: int) -> list[str]:
    from admin_system.core.access import make_api_key
    from admin_system.core.models import ModelConfig

    ModelConfig.objects.create(name="echo", kind="echo")
    return [make_api_key(f"caller {number}")[1] for number in range(count)]


def wait_until_ready(url: str) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            if httpx.get(f"{url}/readyz", timeout=5, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError("the server is not ready")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=200)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        set_up(folder)
        keys = make_keys(-(-max(asked.sockets, WARM) // PER_KEY))
        port = find_port()
        environment = {
            **os.environ,
            **settings_in(folder),
            "DJANGO_SETTINGS_MODULE": "admin_system.settings",
            f"{PREFIX}LOAD_MODEL": "true",
            f"{PREFIX}MODEL": "echo",
        }
        words = [sys.executable, "-m", "scripts.startup.serve", "127.0.0.1", str(port)]
        server = subprocess.Popen(words, cwd=ROOT, env=environment)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_ready(url)
            measuring = Beside(url, server.pid, keys)
            result = asyncio.run(measuring.measure(asked.sockets, asked.requests, asked.seconds))
        finally:
            server.terminate()
            server.wait(30)
    print(json.dumps(result))
    return 1 if result["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
