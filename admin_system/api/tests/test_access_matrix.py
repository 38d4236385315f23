"""Every address and WebSocket, for everybody who may come: who is let in, who is turned away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from admin_system.api.routing import SOCKETS as ADDRESSES
from admin_system.api.tests.access_matrix import (
    ANYBODY,
    BODIES,
    MATRIX,
    SESSIONS,
    SOCKETS,
)
from admin_system.api.tests.access_walk import NOT_WALKED, WALK, Step
from admin_system.api.tests.crowd import NOBODY, Crowd, gather
from admin_system.api.tests.pictures import draw_circle, to_base64
from admin_system.core.checkpoints import MINIATURE
from admin_system.core.models.api_key import Scope

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

FRAMES: dict[str, dict[str, object]] = {
    "chat": {"messages": [{"role": "user", "content": "hello"}]},
    "analyze": {"image_base64": "!", "query": "hello"},
}
CALLERS = (*NOBODY, *Scope.values, *SESSIONS)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    with gather(tmp_path_factory) as everybody:
        yield everybody


def operations(crowd: Crowd) -> set[str]:
    document = crowd.callers["nobody"].get("/api/openapi.json").json()
    return {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in methods
    }


def test_every_operation_has_its_row(crowd: Crowd) -> None:
    assert operations(crowd) == set(MATRIX)
    assert {row.split()[0] for row in SOCKETS} == set(ADDRESSES)
    walked = {step.operation for step in WALK}
    assert walked | set(NOT_WALKED) == set(MATRIX)
    assert not walked & set(NOT_WALKED)


@pytest.mark.parametrize("caller", CALLERS)
def test_each_caller_is_let_in_where_it_may(crowd: Crowd, caller: str) -> None:
    """What is not there is asked for, so that nothing is changed: whoever is let in hears so."""
    found, expected = [], []
    for operation, scopes in MATRIX.items():
        method, path = operation.split(" ", 1)
        address = re.sub(r"\{\w+\}", "999999", path)
        body = BODIES.get(operation, {}) if method in ("POST", "PATCH") else None
        status = crowd.callers[caller].request(method, address, json=body).status_code
        found.append((operation, classify(status)))
        if scopes == ANYBODY or scopes & crowd.scopes(caller):
            expected.append((operation, "let in"))
        else:
            expected.append((operation, "401" if caller in NOBODY else "403"))
    assert [pair for pair in zip(found, expected, strict=True) if pair[0] != pair[1]] == []


@pytest.mark.parametrize("caller", [*Scope.values, *SESSIONS])
def test_each_caller_succeeds_in_all_that_it_may(crowd: Crowd, caller: str) -> None:
    crowd.callers["admin"].post("/api/service/load", json={"model": "echo"})
    crowd.server.wait_for("/readyz")
    ids = {
        **crowd.shared,
        "caller": caller,
        "folder": str(MINIATURE),
        "download_id": crowd.shared.get(f"download of {caller}", ""),
    }
    failed = []
    for step in WALK:
        scopes = MATRIX[step.operation]
        if scopes != ANYBODY and not scopes & crowd.scopes(caller):
            continue
        answer = take(crowd.callers[caller], step, ids)
        if not answer.is_success:
            failed.append((step.operation, answer.status_code, answer.text[:200]))
            continue
        for name, place in step.learn.items():
            ids[name] = str(look_up(answer.json(), place))
    assert failed == []


def take(client: httpx.Client, step: Step, ids: dict[str, str]) -> httpx.Response:
    method, path = step.operation.split(" ", 1)
    address = re.sub(r"\{(\w+)\}", lambda part: ids[part[1]], path + step.query)
    if step.picture:
        return client.post(address, files={"picture": ("a.png", draw_circle())})
    body = step.body(ids) if step.body else None
    return client.request(method, address, json=body)


def look_up(value: Any, place: str) -> Any:
    for part in place.split("."):
        value = value[int(part)] if part.isdigit() else value[part]
    return value


def classify(status: int) -> str:
    """503 says that the model is not loaded, which only those hear who may ask it."""
    if status in (401, 403):
        return str(status)
    return "let in" if status < 500 or status == 503 else f"fault {status}"


@pytest.mark.parametrize("row", SOCKETS)
def test_each_caller_is_heard_on_sockets_where_it_may(crowd: Crowd, row: str) -> None:
    address, kind = row.split()
    said = {name: speak(crowd, name, address, kind) for name in CALLERS}
    expected = {
        name: "4401"
        if name in NOBODY
        else "heard"
        if SOCKETS[row] & crowd.scopes(name)
        else "scope_missing"
        for name in CALLERS
    }
    assert said == expected


def speak(crowd: Crowd, caller: str, address: str, kind: str, origin: str | None = None) -> str:
    """`heard` where an answer begins, or the frame is found at fault and not its sender."""
    client = crowd.callers[caller]
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in client.cookies.items())}
    if key := client.headers.get("authorization"):
        headers = {"Authorization": key}
    if origin is not None:
        headers["Origin"] = origin
    url = crowd.server.socket_url + address
    with connect(url, additional_headers=headers) as socket:
        try:
            socket.send(json.dumps({"type": kind, "id": "a", **FRAMES[kind]}))
            while (frame := json.loads(socket.recv(timeout=10)))["id"] != "a":
                pass
            code = frame.get("error", {}).get("code")
            return "scope_missing" if code == "scope_missing" else "heard"
        except ConnectionClosed as closed:
            return str(closed.rcvd.code if closed.rcvd else None)


def test_a_session_is_not_lent_to_another_sites_page(crowd: Crowd) -> None:
    evil = {"Origin": "http://evil.example"}
    assert crowd.callers["root"].get("/api/analyses", headers=evil).status_code == 403
    for address in ADDRESSES:
        assert speak(crowd, "root", address, "chat", evil["Origin"]) == "4403"


@pytest.fixture(scope="module")
def possessions(crowd: Crowd) -> dict[str, str]:
    """Name of a part of an address -> what the tenant has there."""
    tenant = crowd.callers["tenant"]
    # The matrix may have unloaded the model.
    crowd.callers["admin"].post("/api/service/load", json={"model": "echo"})
    crowd.server.wait_for("/readyz")
    picture = {"image_base64": to_base64(draw_circle()), "query": "框出红色圆形"}
    analysis = tenant.post("/api/analyze", json=picture).json()
    conversation = tenant.post("/api/conversations", json={"title": "mine"}).json()
    collection = tenant.post("/api/picture-sets", json={"title": "mine"}).json()
    text = {"topic": "手册", "title": "换油", "text": "每年五月换油。"}
    document = tenant.post("/api/documents", json=text).json()["documents"][0]
    topics = tenant.get("/api/topics").json()["data"]
    return {
        "record_id": analysis["id"],
        "conversation_id": conversation["id"],
        "set_id": collection["id"],
        "document_id": str(document["id"]),
        "topic_id": str(next(one["id"] for one in topics if one["name"] == "手册")),
    }


FOREIGN_SETS = "/api/question-sets"
"""Sets of another kind, which belong to the library."""
LISTS = ("/api/analyses", "/api/conversations", "/api/picture-sets", "/api/requests")


def test_what_one_has_is_not_there_for_others(crowd: Crowd, possessions: dict[str, str]) -> None:
    """Nor for administrators; and no attempt to change it does anything."""
    library = {"document_id", "topic_id"}
    found, asked = [], 0
    for operation in MATRIX:
        method, path = operation.split(" ", 1)
        names = re.findall(r"\{(\w+)\}", path)
        if not names or names[0] not in possessions or path.startswith(FOREIGN_SETS):
            continue
        address = path.replace(f"{{{names[0]}}}", possessions[names[0]])
        address = re.sub(r"\{\w+\}", "999999", address)
        body = {"title": "x"} if method in ("POST", "PATCH") else None
        strangers = ["other topic"] if names[0] in library else ["neighbour", "root", "operator"]
        for name in strangers:
            answer = crowd.callers[name].request(method, address, json=body)
            asked += not is_of_body(answer)
            if answer.status_code != 404 and not is_of_body(answer):
                found.append((name, operation, answer.status_code))
    assert found == []
    assert asked > 40
    for name, path in (
        ("record_id", "/api/analyses/"),
        ("conversation_id", "/api/conversations/"),
        ("set_id", "/api/picture-sets/"),
        ("document_id", "/api/documents/"),
        ("topic_id", "/api/topics/"),
    ):
        mine = crowd.callers["tenant"].get(path + possessions[name])
        assert (path, mine.status_code) == (path, 200)
    for name in ("neighbour", "root"):
        for path in LISTS:
            listed = crowd.callers[name].get(path).text
            assert not [one for one in possessions.values() if one in listed and len(one) > 10]


def test_what_programs_change_is_audited(crowd: Crowd, possessions: dict[str, str]) -> None:
    """And what they only read, or may not change, is not."""
    code = (
        "import json; from admin_system.core.models import AuditEntry; "
        "rows = AuditEntry.objects.filter(action='called'); "
        "print(json.dumps(list(rows.values_list('actor_name', 'name', 'address'))))"
    )
    said = crowd.server.run_command("shell", "-c", code)
    entries = json.loads(said.splitlines()[-1])
    assert ["tenant", "POST /api/documents", "127.0.0.1"] in entries
    assert ["admin", "POST /api/service/load", "127.0.0.1"] in entries
    called = {name for _, name, _ in entries}
    assert not [name for name in called if name.startswith("GET") or "conversations" in name]
    assert not [one for one in entries if one[0] in ("neighbour", "other", "chat", "colleague")]


def is_of_body(answer: httpx.Response) -> bool:
    """Refused before anything was looked up, whoever asks."""
    return answer.status_code in (400, 415)
