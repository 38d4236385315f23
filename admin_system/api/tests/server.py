"""A real server process on a free port, with a data folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx

from admin_system.env import BASE_DIR, PREFIX
from scripts.testing.postgres import database_of
from scripts.testing.redis import redis_of

Kind = Literal["uvicorn", "daphne"]
LIMIT = 32 * 1024 * 1024
START_SECONDS = 180.0


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    """What the server may see of ours; every setting that matters is stated."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.upper().startswith(PREFIX)
    }
    ours = {
        "DATA_DIR": str(data_dir),
        "KNOWLEDGE_DIR": str(data_dir / "knowledge"),
        "LOG_DIR": str(data_dir / "logs"),
        "LOG_LEVEL": "DEBUG",
        "ACCESS": "loopback",
        "LOAD_MODEL": "true",
        "RUN_JOBS": "true",
        "MAX_WAITING": "32",
        "THREADS": "1",
        **settings,
    }
    if "DATABASE_URL" not in settings:
        ours["DATABASE_URL"] = database_of(data_dir)
    if "REDIS_URL" not in settings:
        ours["REDIS_URL"] = redis_of(data_dir)
    return {
        **inherited,
        "DJANGO_SETTINGS_MODULE": "admin_system.settings",
        "PYTHONUTF8": "1",
        **{f"{PREFIX}{name}": value for name, value in ours.items()},
    }


def prepare(
    data_dir: Path, embedder: str = "hash", *people: str, **settings: str
) -> dict[str, str]:
    """Makes the database, with these of `prepare.PEOPLE`; the keys by their names."""
    done = subprocess.run(
        [sys.executable, "-m", "admin_system.api.tests.prepare", embedder, *people],
        cwd=BASE_DIR,
        env=environment(data_dir, **settings),
        check=True,
        capture_output=True,
        text=True,
    )
    keys: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return keys


@dataclass
class ServerProcess:
    kind: Kind
    model: str
    template: Path
    """A prepared data folder; it is copied."""
    keys: dict[str, str]
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def start(self) -> None:
        """Returns when the process answers; the model may still be loading."""
        shutil.copytree(self.template, self.folder / "data")
        database_of(self.folder / "data", like=self.template)
        self.port = find_port()
        self.start_again()

    def start_again(self) -> None:
        """On the same port and data; returns as `start`."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.command()],
                cwd=BASE_DIR,
                env=environment(self.folder / "data", MODEL=self.model, **self.settings),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.wait_for("/healthz")

    def run_command(self, *words: str) -> str:
        """What a command of `manage.py` over the server's data says."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=BASE_DIR,
            env=environment(self.folder / "data"),
            capture_output=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def command(self) -> list[str]:
        """The product's own start, or what it says of daphne."""
        host, port = "127.0.0.1", str(self.port)
        if self.kind == "uvicorn":
            return ["scripts.startup.serve", host, port]
        sizes = ["--websocket-max-message-size", "--websocket-max-frame-size"]
        limits = [part for size in sizes for part in (size, str(LIMIT))]
        return ["daphne", "-b", host, "-p", port, *limits, "admin_system.asgi:application"]

    def wait_for(self, path: str) -> None:
        """Until the address answers 200."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self.process is None or self.process.poll() is not None:
                break
            try:
                if httpx.get(self.url + path, timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise RuntimeError(f"{path} does not answer:\n{self.log.read_text('utf-8')[-4000:]}")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)

    @property
    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys['everything']}"}

    def status(self) -> dict[str, Any]:
        address = f"{self.url}/api/status"
        found: dict[str, Any] = httpx.get(address, headers=self.authorization, timeout=10).json()
        return found

    def seconds_until_idle(self, limit: float = 10.0) -> float:
        """How long the engine still has something to do."""
        began = time.monotonic()
        while (engine := self.status()["engine"])["running"] or engine["waiting"]:
            if time.monotonic() - began > limit:
                raise AssertionError(f"still running after {limit} s")
            time.sleep(0.02)
        return time.monotonic() - began

    def wait_for_requests(self, count: int, state: str = "running") -> None:
        """Until so many are running, or waiting."""
        end = time.monotonic() + 10
        while self.status()["engine"][state] < count:
            if time.monotonic() > end:
                raise AssertionError(f"not {count} requests are {state}")
            time.sleep(0.02)


def find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
