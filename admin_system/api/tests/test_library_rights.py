"""Who may do what in the knowledge base: every address, for every kind of caller."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from admin_system.api.tests.library import LibraryClient
from admin_system.api.tests.server import ServerProcess

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@dataclass(frozen=True, slots=True)
class Shelf:
    """What stands in 手册 on the server: numbers for the addresses below."""

    topic: int
    document: int
    passage: int


CALLERS = ("nobody", "wrong", "chat", "other", "reader", "keeper", "everything")
"""Without a key; with one that is none; without the scopes; bound to another topic; bound to this
one, for reading and for changing; with all rights."""

MATRIX: list[tuple[str, str, dict[str, object] | None, tuple[int | None, ...]]] = [
    ("GET", "/api/topics", None, (401, 401, 403, 200, 200, 200, 200)),
    ("POST", "/api/topics", {"name": "手册"}, (401, 401, 403, 403, 403, 403, 409)),
    ("GET", "/api/topics/{topic}", None, (401, 401, 403, 404, 200, 200, 200)),
    ("PATCH", "/api/topics/{topic}", {}, (401, 401, 403, 404, 403, 200, 200)),
    ("GET", "/api/documents", None, (401, 401, 403, 200, 200, 200, 200)),
    ("GET", "/api/documents?topic=手册", None, (401, 401, 403, 403, 200, 200, 200)),
    (
        "POST",
        "/api/documents",
        {"topic": "手册", "title": "换油", "text": "每年五月换油。"},
        (401, 401, 403, 403, 403, 202, 202),
    ),
    (
        "POST",
        "/api/documents",
        {"topic": "手册", "title": "换油", "text": " "},
        (401, 401, 403, 403, 403, 400, 400),
    ),
    ("GET", "/api/documents/{document}", None, (401, 401, 403, 404, 200, 200, 200)),
    ("PATCH", "/api/documents/{document}", {}, (401, 401, 403, 404, 403, 200, 200)),
    (
        "PATCH",
        "/api/documents/{document}",
        {"topic": "Orders"},
        (401, 401, 403, 404, 403, 403, 200),
    ),
    ("POST", "/api/documents/{document}/retry", None, (401, 401, 403, 404, 403, 409, 409)),
    ("POST", "/api/documents/{document}/pause", None, (401, 401, 403, 404, 403, 409, 409)),
    ("POST", "/api/documents/{document}/resume", None, (401, 401, 403, 404, 403, 409, 409)),
    ("POST", "/api/documents/{document}/cancel", None, (401, 401, 403, 404, 403, 409, 409)),
    ("GET", "/api/documents/{document}/file", None, (401, 401, 403, 404, 200, 200, 200)),
    ("GET", "/api/documents/{document}/text", None, (401, 401, 403, 404, 200, 200, 200)),
    ("GET", "/api/passages?document={document}", None, (401, 401, 403, 404, 200, 200, 200)),
    ("GET", "/api/passages/{passage}", None, (401, 401, 403, 404, 200, 200, 200)),
    ("PATCH", "/api/passages/{passage}", {"enabled": True}, (401, 401, 403, 404, 403, 200, 200)),
    ("GET", "/api/passages/{passage}/pictures/0", None, (401, 401, 403, 404, 404, 404, 404)),
    ("POST", "/api/search", {"query": "换油"}, (401, 401, 403, 200, 200, 200, 200)),
    (
        "POST",
        "/api/search",
        {"query": "换油", "topic": "手册"},
        (401, 401, 403, 403, 200, 200, 200),
    ),
    (
        "POST",
        "/api/search",
        {"query": "换油", "topic": "nothing"},
        (401, 401, 403, 403, 403, 403, 404),
    ),
    ("POST", "/api/v1/embeddings", {"input": "oil"}, (401, 401, 403, 200, 200, 200, 200)),
    ("DELETE", "/api/documents/{document}", None, (401, 401, 403, 404, 403, 204, 204)),
    ("DELETE", "/api/topics/{topic}", None, (401, 401, 403, 404, 403, None, None)),
]
"""The last two of the last row would take the shelf away; another test does so."""


@pytest.fixture
def shelf(locked_server: ServerProcess) -> Iterator[Shelf]:
    client = LibraryClient(locked_server, "everything")
    with client.http:
        document = client.add_text("每年五月换油。", title="换油")
        (hit, *_) = client.search("每年五月换油", topic="手册")
        topics = client.ask("GET", "/api/topics")["data"]
        topic = next(one["id"] for one in topics if one["name"] == "手册")
        yield Shelf(topic, document["id"], hit["id"])
        client.http.delete(f"/api/documents/{document['id']}")


@pytest.mark.parametrize("caller", CALLERS)
def test_each_caller_is_told_what_is_theirs(
    locked_server: ServerProcess, shelf: Shelf, caller: str
) -> None:
    key = {"nobody": None, "wrong": "qvl_wrong"}.get(caller, caller)
    client = LibraryClient(locked_server, key)
    found, expected = [], []
    with client.http:
        for method, path, body, statuses in MATRIX:
            status = statuses[CALLERS.index(caller)]
            if status is None:
                continue
            address = path.format(topic=shelf.topic, document=shelf.document, passage=shelf.passage)
            answer = client.http.request(method, address, json=body)
            found.append((method, path, body, answer.status_code))
            expected.append((method, path, body, status))
            if answer.status_code >= 400:
                assert answer.json()["error"]["message"]
    assert found == expected


def test_what_others_keep_is_in_no_answer(locked_server: ServerProcess, shelf: Shelf) -> None:
    keeper, other = LibraryClient(locked_server, "keeper"), LibraryClient(locked_server, "other")
    with keeper.http, other.http:
        assert [topic["name"] for topic in other.ask("GET", "/api/topics")["data"]] == ["Orders"]
        assert other.ask("GET", "/api/documents")["data"] == []
        assert keeper.ask("GET", "/api/documents")["data"][0]["id"] == shelf.document
        for mode in ("hybrid", "vector", "keyword"):
            assert other.search("每年五月换油", mode=mode) == []
            assert keeper.search("每年五月换油", mode=mode)[0]["id"] == shelf.passage
        theirs = other.ask("GET", "/api/status")["knowledge_base"]
        assert (theirs["topics"], theirs["passages"], theirs["documents"]["ready"]) == (1, 0, 0)
        ours = keeper.ask("GET", "/api/status")["knowledge_base"]
        assert (ours["topics"], ours["passages"], ours["documents"]["ready"]) == (1, 1, 1)
        said = other.refusal("POST", "/api/search", 403, json={"query": "x", "topic": "手册"})
        unknown = other.refusal("POST", "/api/search", 403, json={"query": "x", "topic": "y"})
        assert said["code"] == unknown["code"] == "topic_forbidden"
        assert said["type"] == "permission_error"
        made = keeper.refusal("POST", "/api/topics", 403, json={"name": "new"})
        assert made["code"] == "topic_making_forbidden"
        for path in ("/api/index", "/api/jobs", "/api/question-sets", "/api/retrieval-runs"):
            whole = keeper.refusal("GET", path, 403)
            assert (whole["code"], whole["param"]) == ("all_topics_needed", None)
        keeper.upload(("a.txt", b"a"), topic="new", status=403)
        other.upload(("a.txt", b"a"), topic="手册", status=403)


def test_a_deleted_topic_leaves_its_keys_with_nothing(locked_server: ServerProcess) -> None:
    """And not with everything; a new topic of the same name is not theirs either."""
    boss = LibraryClient(locked_server, "everything")
    with boss.http:
        boss.ask("POST", "/api/topics", 201, json={"name": "Bills"})
        words = ("create_api_key", "clerk", "--scopes", "documents", "search", "--topic", "Bills")
        said = locked_server.run_command(*words)
        (secret,) = re.findall(r"qvl_[\w-]{20,}", said)
        locked_server.keys["clerk"] = secret
        clerk = LibraryClient(locked_server, "clerk")
        with clerk.http:
            (bills,) = clerk.ask("GET", "/api/topics")["data"]
            document = boss.add_text("账单在月底结算。", "Bills")
            assert clerk.search("账单何时结算")
            clerk.ask("DELETE", f"/api/topics/{bills['id']}", 204)
            boss.refusal("GET", f"/api/documents/{document['id']}", 404)
            boss.ask("POST", "/api/topics", 201, json={"name": "Bills"})
            boss.add_text("新的账单在月初结算。", "Bills")
            assert clerk.ask("GET", "/api/topics")["data"] == []
            assert clerk.search("账单何时结算") == []
            clerk.upload(("a.txt", b"a"), topic="Bills", status=403)


def test_what_is_switched_off_is_not_for_readers(
    locked_server: ServerProcess, shelf: Shelf
) -> None:
    reader, keeper = LibraryClient(locked_server, "reader"), LibraryClient(locked_server, "keeper")
    path = f"/api/passages/{shelf.passage}"
    with reader.http, keeper.http:
        assert keeper.ask("PATCH", path, json={"enabled": False})["enabled"] is False
        reader.refusal("GET", path, 404)
        assert keeper.ask("GET", path)["enabled"] is False
        assert reader.search("每年五月换油") == []
        keeper.ask("PATCH", path, json={"enabled": True})
        assert reader.search("每年五月换油")[0]["id"] == shelf.passage


def test_a_foreign_page_reads_nothing(uvicorn_server: ServerProcess) -> None:
    headers = {"Origin": "http://evil.example"}
    for path in ("/api/topics", "/api/documents"):
        answer = httpx.get(uvicorn_server.url + path, headers=headers)
        assert answer.json()["error"]["code"] == "origin_refused"
