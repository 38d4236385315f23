"""A server that dies or hangs is started again; one that cannot start at all is not."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from scripts.startup.addresses import Address
from scripts.startup.server import Server
from scripts.startup.supervisor import Patience, Supervisor, Watched

SERVER = '''
"""Stands in for the site's server: answers until it is asked to die or to hang."""

import http.server, json, os, sys, time

hanging = False


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        global hanging
        if self.path == "/die":
            os._exit(3)
        hanging = hanging or self.path == "/hang"
        if hanging and self.path != "/hang":
            time.sleep(60)
        body = json.dumps({"status": "ok"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


if os.path.exists("broken"):
    sys.exit(7)
http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Answers).serve_forever()
'''
QUICK = Patience(look=0.1, silence=0.5, first_pause=0.1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    package = tmp_path / "scripts" / "startup"
    package.mkdir(parents=True)
    (package / "serve.py").write_text(SERVER, encoding="utf-8")
    return tmp_path


@pytest.fixture
def address() -> Address:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return Address("127.0.0.1", probe.getsockname()[1])


class Watch:
    """Runs a supervisor in a thread and keeps what it announces."""

    def __init__(self, folder: Path, address: Address) -> None:
        self.address = address
        self.announced: list[str] = []
        self.servers: list[Server] = []

        def start() -> Watched:
            self.servers.append(Server(Path(sys.executable), address, folder, {}))
            return self.servers[-1]

        self.supervisor = Supervisor(start, lambda _, told: self.announced.append(told), QUICK)
        self.code: int | None = None
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self) -> None:
        self.code = self.supervisor.run()

    def ask(self, path: str) -> None:
        with suppress(httpx.HTTPError):  # it dies on being asked to
            httpx.get(self.address.url + path, timeout=5, trust_env=False)

    def until(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not is_so():
            assert time.monotonic() < deadline, self.announced
            time.sleep(0.05)


@pytest.fixture
def watch(folder: Path, address: Address) -> Iterator[Watch]:
    watch = Watch(folder, address)
    yield watch
    watch.supervisor.close()
    for server in watch.servers:
        server.kill()
    if watch.thread.is_alive():
        watch.thread.join(30)


@pytest.mark.parametrize("deed", ["/die", "/hang"])
def test_a_server_that_dies_or_hangs_is_started_again(watch: Watch, deed: str) -> None:
    watch.thread.start()
    watch.until(lambda: watch.announced == ["ready"])
    watch.ask(deed)
    watch.until(lambda: watch.announced == ["ready", "ready"])
    assert watch.servers[0].has_ended()
    assert watch.servers[1].is_answering()


def test_a_server_that_never_starts_is_given_up(watch: Watch, folder: Path) -> None:
    (folder / "broken").touch()
    watch.run()
    assert (watch.code, watch.announced, len(watch.servers)) == (7, ["ended"], 1)
