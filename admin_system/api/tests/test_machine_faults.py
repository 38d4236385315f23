"""What a machine can lack while a server runs: room on the disk, its card, the engine's thread.

Everything is answered, nothing is kept by halves, and all goes on by itself. For the full disk the
process may make no file larger for a while, which Linux lets others set on a process that runs; it
hits uploads, pictures, the database and the logs alike.
"""

from __future__ import annotations

import base64
import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from websockets.sync.client import connect

from admin_system.api.tests.library import LibraryClient
from admin_system.api.tests.server import ServerProcess
from admin_system.api.tests.trial_server import CARD, CLOCK, KILL_ENGINE, LOSE_GPU
from admin_system.core.engines.local.watchdog import LEAST_SECONDS
from scripts.checks.mixture import draw

on_linux = pytest.mark.skipif(
    not hasattr(psutil, "RLIMIT_FSIZE"), reason="only Linux limits a process that runs"
)
CHAT = {"messages": [{"role": "user", "content": "hello"}]}
SPOOLED = 4 << 20
"""Bytes: a body that Django keeps on the disk while it comes."""


class TrialServer(ServerProcess):
    def command(self) -> list[str]:
        return ["admin_system.api.tests.trial_server", str(self.port), str(self.folder)]


@pytest.fixture(scope="module")
def server(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    server = TrialServer("uvicorn", "builtin-demo", *template, tmp_path_factory.mktemp("trial"))
    try:
        server.start()
        server.wait_for("/readyz")
        yield server
    finally:
        server.stop()


@pytest.fixture
def library(server: ServerProcess) -> Iterator[LibraryClient]:
    client = LibraryClient(server)
    with client.http:
        yield client


@contextmanager
def full_disk(server: ServerProcess) -> Iterator[None]:
    assert server.process is not None
    process, unlimited = psutil.Process(server.process.pid), psutil.RLIM_INFINITY
    process.rlimit(psutil.RLIMIT_FSIZE, (0, unlimited))
    try:
        yield
    finally:
        process.rlimit(psutil.RLIMIT_FSIZE, (unlimited, unlimited))


def kept(server: ServerProcess) -> set[str]:
    """The files of documents and pictures."""
    data = server.folder / "data"
    folders = (data / "documents", data / "media")
    return {str(path) for folder in folders for path in folder.rglob("*") if path.is_file()}


@on_linux
def test_a_full_disk_is_told_and_nothing_is_kept_by_halves(library: LibraryClient) -> None:
    server = library.server
    noise = random.Random(0).randbytes(SPOOLED)  # noqa: S311
    picture = {"image_base64": base64.b64encode(draw((320, 200), 0)).decode(), "query": "x"}
    before = kept(server)
    with full_disk(server):
        for name, data in (("small.md", b"# some words"), ("large.bin", noise)):
            answer = library.upload((name, data), status=507)
            assert answer["error"]["code"] == "disk_full"
        assert library.refusal("POST", "/api/analyze", 507, json=picture)["code"] == "disk_full"
        assert library.ask("POST", "/api/v1/chat/completions", json=CHAT)["choices"]
        assert library.ask("GET", "/api/status")["status"] == "ok"
        assert kept(server) == before
    library.upload(("small.md", b"# some words"))
    assert library.ask("POST", "/api/analyze", json=picture)["id"]
    assert library.http.get("/readyz").status_code == 200


@on_linux
def test_a_kept_conversation_tells_of_it_and_goes_on(library: LibraryClient) -> None:
    server = library.server
    begun = library.ask("POST", "/api/conversations", 201, json={})["id"]
    frame = {
        "conversation": begun,
        "message": "hello",
        "images": [base64.b64encode(draw((60, 60), 1)).decode()],
    }

    def say() -> dict[str, Any]:
        """The last frame."""
        socket.send(json.dumps(frame))
        while (told := json.loads(socket.recv(30)))["type"] not in ("done", "error"):
            pass
        return dict(told)

    with connect(f"{server.socket_url}/ws/chat/?language=en", proxy=None) as socket:
        before = kept(server)
        with full_disk(server):
            assert say()["error"]["code"] == "disk_full"
            assert kept(server) == before
        assert say()["type"] == "done"
    messages = library.ask("GET", f"/api/conversations/{begun}")["messages"]
    assert [one["role"] for one in messages] == ["user", "assistant"]


@on_linux
def test_documents_that_were_taken_in_wait_for_room(library: LibraryClient) -> None:
    library.ask("POST", "/api/search", json={"query": "pump"})  # the embedding model is known
    numbers = []
    for number in range(3):
        text = f"# Report {number}\n\n" + "The pump is cleaned on Monday. " * 400
        body = {"topic": "手册", "title": f"report {number}", "text": text}
        answer = library.ask("POST", "/api/documents", 202, json=body)
        numbers.append(answer["documents"][0]["id"])
    with full_disk(library.server):
        assert library.ask("POST", "/api/search", json={"query": "pump"})["query"] == "pump"
        assert library.upload(("more.md", b"more"), status=507)
    for number in numbers:
        library.wait(number)
    library.server.run_command("check_index")  # fails where something is wrong


def test_a_lost_card_is_told_and_takes_nothing_down(library: LibraryClient) -> None:
    lose = library.server.folder / LOSE_GPU

    def told(lost: list[str]) -> bool:
        return bool(library.ask("GET", "/api/status")["system"]["lost_gpus"] == lost)

    wait_until(lambda: told([]) and library.ask("GET", "/api/status")["gpus"][0]["name"] == CARD)
    lose.touch()
    wait_until(lambda: told([f"0: {CARD}"]))
    assert library.ask("GET", "/api/status")["gpus"] == []
    codes = [alert["code"] for alert in library.ask("GET", "/api/alerts")["data"]]
    assert "alert_gpu_lost" in codes
    assert library.ask("POST", "/api/v1/chat/completions", json=CHAT)["choices"]
    lose.unlink()
    wait_until(lambda: told([]))


def test_an_engine_whose_thread_dies_fails_what_runs_and_comes_back(library: LibraryClient) -> None:
    server = library.server
    server.wait_for("/readyz")
    body = {**CHAT, "stream": True, "max_tokens": 1500, "logit_bias": {"2": -100}}
    lines: list[str] = []
    with library.http.stream("POST", "/api/v1/chat/completions", json=body) as answer:
        for line in answer.iter_lines():
            lines.append(line)
            if len(lines) == 5:
                (server.folder / KILL_ENGINE).touch()
                killed = time.monotonic()
    assert time.monotonic() - killed < LEAST_SECONDS, "the watchdog had to notice it"
    failed = json.loads(lines[lines.index("event: error") + 1].removeprefix("data: "))
    assert (failed["error"]["type"], failed["error"]["code"]) == ("server_error", "engine_failed")
    wait_until(lambda: library.ask("GET", "/api/status")["model"]["breakdowns"] == 1)
    server.wait_for("/readyz")
    assert library.ask("POST", "/api/v1/chat/completions", json=CHAT)["choices"]


@on_linux
def test_a_clock_that_jumps_an_hour_stops_nothing(library: LibraryClient) -> None:
    server = library.server
    body = {**CHAT, "stream": True, "max_tokens": 150, "logit_bias": {"2": -100}}
    for number, jump in enumerate(("3600", "0", "-3600", "0")):  # forward, back, back, forward
        text = f"# Clock {number}\n\n" + "The pump is cleaned on Monday. " * 400
        new = {"topic": "手册", "title": f"clock {number}", "text": text}
        documents = library.ask("POST", "/api/documents", 202, json=new)["documents"]
        lines: list[str] = []
        with library.http.stream("POST", "/api/v1/chat/completions", json=body) as streamed:
            for line in streamed.iter_lines():
                lines.append(line)
                if len(lines) == 3:
                    (server.folder / CLOCK).write_text(jump, "ascii")
        assert "data: [DONE]" in lines
        library.wait(documents[0]["id"])
        assert library.http.get("/readyz").status_code == 200
    # What was put off for some seconds is not put off for an hour.
    new = {"topic": "手册", "title": "put off", "text": "# Put off\n\nThe pump."}
    put_off = library.ask("POST", "/api/documents", 202, json=new)["documents"][0]["id"]
    with full_disk(server):
        time.sleep(1)
        (server.folder / CLOCK).write_text("-3600", "ascii")
    library.wait(put_off)
    (server.folder / CLOCK).unlink()


def wait_until(is_so: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.2)
