"""A real Redis on a free port, which keeps nothing; Python runs with one of its own by

python -m scripts.testing.redis -m pytest admin_system/api

and each site under test then counts in a database of its own there.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SECONDS = 10.0
TEST_REDIS_URL = "TEST_REDIS_URL"
"""Variable of the environment: servers under test share their counts there."""
DATABASES = 10_000


class RedisProcess:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"{self.server}/0"

    @property
    def server(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Empty; on the same port each time."""
        options = ["--port", str(self.port), "--save", "", "--appendonly", "no"]
        options += ["--databases", str(DATABASES)]
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


def redis_of(folder: Path) -> str:
    """The URL of the database that belongs to the data folder of a site under test, given out when
    first asked for; empty where such sites count for themselves."""
    server = os.environ.get(TEST_REDIS_URL)
    if not server:
        return ""
    import redis

    with redis.Redis.from_url(f"{server}/0", decode_responses=True) as names:
        number = names.hget("sites", str(folder))
        if number is None:
            number = names.incr("numbers")
            names.hset("sites", str(folder), str(number))
    return f"{server}/{number}"


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        server = RedisProcess(Path(folder))
        server.start()
        try:
            environment = {**os.environ, TEST_REDIS_URL: server.server}
            return subprocess.run([sys.executable, *sys.argv[1:]], env=environment).returncode
        finally:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
