"""A database that another program holds, or whose file is gone for a while: requests wait or are
told so, what runs ends well, nothing is lost, and all goes on by itself."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from admin_system.api.socket import TRY_AGAIN_LATER
from admin_system.api.tests.conftest import running
from admin_system.api.tests.library import LibraryClient
from admin_system.api.tests.pictures import draw_circle, to_base64
from admin_system.api.tests.server import ServerProcess
from scripts.testing.needs import of_sqlite

pytestmark = of_sqlite

AWAY_SECONDS = 3.0
CHAT = {"messages": [{"role": "user", "content": "hello"}]}
LONG = "word " * 400
"""The echo says it back, a word at a time."""


@contextmanager
def held(path: Path) -> Iterator[None]:
    """By a writer that does not end."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def gone(path: Path) -> Iterator[None]:
    """To another name and back."""
    away = path.with_name("away.sqlite3")
    path.rename(away)
    try:
        yield
    finally:
        assert not path.exists(), "an empty database took its place"
        away.rename(path)


class Talk:
    """A long answer in a kept conversation, which began while all was well."""

    def __init__(self, server: ServerProcess, library: LibraryClient) -> None:
        self.library = library
        self.conversation = library.ask("POST", "/api/conversations", 201, json={})["id"]
        self.frames: list[dict[str, Any]] = []
        self.begun = threading.Event()
        self._url = f"{server.socket_url}/ws/chat/?language=en"
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        assert self.begun.wait(20)

    def _read(self) -> None:
        with connect(self._url, proxy=None) as socket:
            message = {"conversation": self.conversation, "message": LONG, "max_tokens": 1000}
            socket.send(json.dumps(message))
            while not self.frames or self.frames[-1]["type"] not in ("done", "error"):
                self.frames.append(json.loads(socket.recv(60)))
                if self.frames[-1]["type"] == "delta":
                    self.begun.set()

    def is_kept_whole(self) -> bool:
        """What was said to be done is what is kept."""
        self._thread.join(60)
        messages = self.library.ask("GET", f"/api/conversations/{self.conversation}")["messages"]
        last = self.frames[-1]
        return bool(
            last["type"] == "done"
            and messages[-1]["content"] == last["content"]
            and messages[-1]["finish_reason"] == last["finish_reason"]
        )


def test_a_database_that_is_held_makes_writers_wait(library: LibraryClient) -> None:
    server = library.server
    talk = Talk(server, library)
    answers: list[httpx.Response] = []

    def write() -> None:
        body = {"topic": "手册", "title": "written while it was held", "text": "the pump"}
        answers.append(library.http.post("/api/documents", json=body))

    writer = threading.Thread(target=write)
    with held(server.folder / "data" / "db.sqlite3"):
        writer.start()
        began = time.monotonic()
        while time.monotonic() - began < AWAY_SECONDS:
            assert library.http.get("/healthz").status_code == 200
            assert library.http.get("/api/topics").status_code == 200  # readers never wait
            time.sleep(0.2)
        assert not answers
        assert talk.frames[-1]["type"] == "delta"  # its end is told when it is kept
    writer.join(30)
    assert answers[0].status_code == 202
    library.wait(answers[0].json()["documents"][0]["id"])
    assert talk.is_kept_whole()


def test_a_turn_that_waits_for_a_held_database_keeps_no_other_socket_waiting(
    library: LibraryClient,
) -> None:
    conversation = library.ask("POST", "/api/conversations", 201, json={})["id"]
    url = f"{library.server.socket_url}/ws/chat/?language=en"
    with connect(url, proxy=None) as waiting, connect(url, proxy=None) as other:
        with held(library.server.folder / "data" / "db.sqlite3"):
            waiting.send(json.dumps({"conversation": conversation, "message": "one"}))
            with pytest.raises(TimeoutError):
                waiting.recv(1)
            other.send(json.dumps({"type": "chat", **CHAT}))
            while json.loads(other.recv(10))["type"] != "done":
                pass
        assert json.loads(waiting.recv(30))["type"] == "kept"


def test_who_waits_too_long_for_a_held_database_is_told_and_may_come_again(
    library: LibraryClient,
) -> None:
    """Once, with the service's own patience: most of it is waiting."""
    body = {"topic": "手册", "title": "refused while it was held", "text": "the pump"}
    answers: list[httpx.Response] = []
    writer = threading.Thread(
        target=lambda: answers.append(library.http.post("/api/documents", json=body))
    )
    found = {"search": body["title"]}
    with held(library.server.folder / "data" / "db.sqlite3"):
        writer.start()
        while writer.is_alive():
            assert library.http.get("/readyz").status_code == 200
            assert library.ask("GET", "/api/documents", params=found)["data"] == []
            assert library.ask("POST", "/api/v1/chat/completions", json=CHAT)["choices"]
            time.sleep(0.2)
    assert (answers[0].status_code, answers[0].json()["error"]["code"]) == (503, "database_busy")
    assert int(answers[0].headers["Retry-After"]) > 0
    assert library.ask("GET", "/api/documents", params=found)["data"] == []
    document = library.ask("POST", "/api/documents", 202, json=body)["documents"][0]["id"]
    library.wait(document)


def test_a_database_that_is_gone_is_told_and_comes_back(library: LibraryClient) -> None:
    server = library.server
    text = "# Report\n\n" + "The pump is cleaned on Monday. " * 400
    body = {"topic": "手册", "title": "indexed while it was gone", "text": text}
    document = library.ask("POST", "/api/documents", 202, json=body)["documents"][0]["id"]
    talk = Talk(server, library)
    with gone(server.folder / "data" / "db.sqlite3"):
        began = time.monotonic()
        while time.monotonic() - began < AWAY_SECONDS:
            answer = library.http.get("/api/topics")
            assert answer.status_code == 503
            assert answer.json()["error"]["code"] == "database_unreachable"
            assert int(answer.headers["Retry-After"]) > 0
            assert library.http.get("/healthz").status_code == 200
            assert library.http.get("/readyz").status_code == 503
            time.sleep(0.2)
        page = library.http.get("/", headers={"Cookie": f"sessionid={'x' * 32}"})
        assert page.status_code == 503
        address = f"{server.socket_url}/ws/chat/?language=en"
        with connect(address, proxy=None) as socket:  # without a key nothing is looked up yet
            socket.send(json.dumps({"conversation": talk.conversation, "message": "hello"}))
            assert json.loads(socket.recv(10))["error"]["code"] == "database_unreachable"
        with connect(address, proxy=None, additional_headers=server.authorization) as socket:
            assert json.loads(socket.recv(10))["error"]["code"] == "database_unreachable"
            with pytest.raises(ConnectionClosed) as closed:
                socket.recv(10)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == TRY_AGAIN_LATER
        assert talk.frames[-1]["type"] == "delta"  # its end is told when it is kept
    assert library.http.get("/readyz").status_code == 200
    library.wait(document)
    assert talk.is_kept_whole()
    server.run_command("check_index")  # fails where something is wrong


def test_who_waits_for_a_held_database_is_told_when_the_server_stops(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What they wait for outlives the server."""
    body = {"image_base64": to_base64(draw_circle()), "query": LONG}
    with running("uvicorn", "echo", template, tmp_path_factory) as server:
        server.wait_for("/readyz")

        streams = threading.Semaphore(0)

        def ask(number: int) -> httpx.Response:
            asked = {**body, "stream": number % 2 == 0}
            url = f"{server.url}/api/analyze"
            with httpx.stream("POST", url, json=asked, timeout=60) as response:
                if asked["stream"]:
                    streams.release()
                response.read()
            return response

        assert ask(1).status_code == 200  # the first one imports
        with held(server.folder / "data" / "db.sqlite3"), ThreadPoolExecutor(6) as pool:
            asked = [pool.submit(ask, number) for number in range(6)]
            for _ in range(3):
                assert streams.acquire(timeout=30)
            time.sleep(AWAY_SECONDS)
            assert server.process is not None
            server.process.terminate()
            answers = [answer.result(30) for answer in asked]
    assert [answer.status_code for answer in answers] == [200, 503] * 3
    for stream, plain in zip(answers[::2], answers[1::2], strict=True):
        event, data = stream.text.strip().split("\n")[-2:]
        assert event == "event: error"
        assert json.loads(data.removeprefix("data: "))["error"]["code"] == "service_stops"
        assert plain.json()["error"]["code"] == "service_stops"
