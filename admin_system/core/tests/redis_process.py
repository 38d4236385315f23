"""A real Redis on a free port, which keeps nothing."""

from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path

SECONDS = 10.0


class RedisProcess:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Empty; on the same port each time."""
        options = ["--port", str(self.port), "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            ["redis-server", *options, "--bind", "127.0.0.1", "--dir", str(self._folder)],  # noqa: S607
            stdout=subprocess.DEVNULL,
        )
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise RuntimeError("Redis does not start")

    def stop(self) -> None:
        """At once, as if it had died."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(SECONDS)
            self._process = None
