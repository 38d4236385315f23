"""Many at once: searches answer rightly while documents come and go, and nobody waits for them."""

from __future__ import annotations

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import uuid4

import httpx
import pytest

from admin_system.api.protocol.descriptions import StatusAnswer
from admin_system.api.tests.library import LibraryClient
from admin_system.api.tests.server import ServerProcess
from scripts.testing.needs import of_sqlite

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

FACTS = {f"仪器{number}号": f"仪器{number}号由{number}车间保管。" for number in range(20)}
SEARCHES = 6
"""That each of twenty callers makes."""


def test_twenty_search_rightly_while_documents_are_indexed(uvicorn_server: ServerProcess) -> None:
    library = LibraryClient(uvicorn_server)
    topic, noise = f"仪器 {uuid4().hex[:6]}", f"来去 {uuid4().hex[:6]}"
    with library.http, ThreadPoolExecutor(22) as crowd:
        for name, fact in FACTS.items():
            library.add_text(fact, topic, name)

        def search(name: str) -> list[str]:
            found = []
            with httpx.Client(base_url=uvicorn_server.url, timeout=60) as client:
                for _ in range(SEARCHES):
                    body = {"query": f"{name}由谁保管", "topic": topic, "top_k": 1}
                    answer = client.post("/api/search", json=body)
                    assert answer.status_code == 200, answer.text
                    found += [hit["content"] for hit in answer.json()["results"]]
            return found

        def add_and_delete(number: int) -> None:
            for turn in range(8):
                text = f"仪器{number}号的旧说明，第{turn}版。" * 50
                document = library.add_text(text, noise, f"{number} {turn}")
                if turn % 2:
                    library.ask("DELETE", f"/api/documents/{document['id']}", 204)

        writers = [crowd.submit(add_and_delete, number) for number in range(2)]
        for name, found in zip(FACTS, crowd.map(search, FACTS), strict=True):
            assert found == [FACTS[name]] * SEARCHES
        for writer in writers:
            writer.result()
        assert len(library.ask("GET", "/api/documents", params={"topic": noise})["data"]) == 8


def test_a_client_that_goes_away_disturbs_nobody(uvicorn_server: ServerProcess) -> None:
    library = LibraryClient(uvicorn_server)
    told_before = len(uvicorn_server.log.read_text("utf-8"))
    with library.http:
        library.add_text("一句话。")
        for path, body in (
            ("/api/search", {"query": "一句话"}),
            ("/api/v1/embeddings", {"input": ["text"] * 2000}),
        ):
            for _ in range(5):
                with suppress(httpx.TimeoutException):
                    httpx.post(uvicorn_server.url + path, json=body, timeout=0.01)
        began = time.monotonic()
        assert library.search("一句话")
        assert time.monotonic() - began < 30
    assert "Traceback" not in uvicorn_server.log.read_text("utf-8")[told_before:]


def test_the_status_tells_of_the_library(library: LibraryClient) -> None:
    library.add_text("状态里的一句话。")
    library.search("状态")
    status = library.ask("GET", "/api/status")
    StatusAnswer.model_validate(status)
    state = status["knowledge_base"]
    assert state["topics"] >= 2
    assert state["documents"]["ready"] >= 1
    assert set(state["documents"]) == {
        "queued",
        "parsing",
        "waiting",
        "splitting",
        "embedding",
        "ready",
        "failed",
        "paused",
        "cancelled",
    }
    assert state["passages"] >= 1
    assert state["index"]["model"] == "hash"
    assert state["index"]["vectors"] >= 1
    assert state["index"]["behind"] >= 0


@of_sqlite
def test_a_server_without_its_index_is_not_ready(demo_server: ServerProcess) -> None:
    assert httpx.get(f"{demo_server.url}/readyz").json()["error"]["code"] == "model_loading"
    database = demo_server.folder / "data" / "db.sqlite3"
    connection = sqlite3.connect(database, timeout=10)
    connection.execute("DROP TABLE keyword_index")
    connection.commit()
    connection.close()
    answer = httpx.get(f"{demo_server.url}/readyz")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "index_unreachable")
