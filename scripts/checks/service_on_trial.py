"""The service as a person starts it, supervised, in a data folder that a check has made."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

import httpx
import psutil

from scripts.checks.library_on_trial import PREFIX, ROOT, settings_in
from scripts.checks.supervised import LONGEST_PAUSE

START_SECONDS = 180.0
END_SECONDS = 30.0
READY = "The service is ready"
"""Which `scripts.startup.main` says in English."""


class ServiceOnTrial:
    """Call `library_on_trial.set_up` first; the folder is the same, or one that was restored."""

    def __init__(self, folder: Path, longest_pause: float | None = None) -> None:
        """`longest_pause`, in seconds, of the supervisor; None leaves its own."""
        self.folder = folder
        self._longest_pause = longest_pause
        self.port = find_port()
        self.said = folder / "start.log"
        self._supervisor: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> ServiceOnTrial:
        environment = {
            **os.environ,
            **settings_in(self.folder),
            "DJANGO_SETTINGS_MODULE": "admin_system.settings",
            f"{PREFIX}LOAD_MODEL": "true",
            f"{PREFIX}LANGUAGE": "en",
        }
        if self._longest_pause is not None:
            environment[LONGEST_PAUSE] = str(self._longest_pause)
        words = ["--no-browser", "--port", str(self.port), "--model", "builtin-demo"]
        with self.said.open("wb") as said:
            self._supervisor = subprocess.Popen(
                [sys.executable, ROOT / "scripts" / "checks" / "supervised.py", *words],
                cwd=ROOT,
                env=environment,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
        self.wait_until_ready()
        self._wait_until_watched()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.supervisor.poll() is None:
            self.server().kill()
            self.supervisor.kill()
            self.supervisor.wait()

    @property
    def supervisor(self) -> subprocess.Popen[bytes]:
        assert self._supervisor is not None  # noqa: S101 - set on entering
        return self._supervisor

    def server(self) -> psutil.Process:
        """The process that answers. Raises IndexError between two of them."""
        return psutil.Process(self.supervisor.pid).children()[0]

    def wait_until_ready(self) -> float:
        """Seconds until the model answers. Raises RuntimeError."""
        began = time.monotonic()
        while time.monotonic() - began < START_SECONDS and self.supervisor.poll() is None:
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5, trust_env=False).status_code == 200:
                    return time.monotonic() - began
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise RuntimeError(f"not ready:\n{self.said.read_text('utf-8', 'replace')[-2000:]}")

    def _wait_until_watched(self) -> None:
        """The supervisor takes an end before its first "ready" for a wrong setting, and gives up.
        Raises RuntimeError."""
        began = time.monotonic()
        while READY not in self.said.read_text("utf-8", "replace"):
            if time.monotonic() - began > END_SECONDS:
                raise RuntimeError("The supervisor never saw that the service was ready.")
            time.sleep(0.05)

    def press_ctrl_c(self) -> float:
        """As a terminal does, to every program in it; seconds until all have ended."""
        began = time.monotonic()
        for process in (psutil.Process(self.supervisor.pid), self.server()):
            process.send_signal(signal.SIGINT)
        self.supervisor.wait(END_SECONDS)
        return time.monotonic() - began


def find_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
