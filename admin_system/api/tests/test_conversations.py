"""Conversations over the wire: both sides are kept, whatever becomes of the answer."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from admin_system.api.protocol.conversations import ConversationPage, WholeConversationAnswer
from admin_system.api.tests.pictures import draw_circle, to_base64
from admin_system.api.tests.server import ServerProcess

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def begin(server: ServerProcess) -> str:
    made = httpx.post(f"{server.url}/api/conversations", json={})
    assert made.status_code == 201
    return str(made.json()["id"])


def read(server: ServerProcess, conversation: str) -> dict[str, Any]:
    answer = httpx.get(f"{server.url}/api/conversations/{conversation}")
    WholeConversationAnswer.model_validate_json(answer.content)
    found: dict[str, Any] = answer.json()
    return found


def ask(socket: ClientConnection, **frame: Any) -> list[dict[str, Any]]:
    socket.send(json.dumps({"type": "chat", **frame}))
    got = [json.loads(socket.recv(timeout=20))]
    while got[-1]["type"] not in ("done", "error"):
        got.append(json.loads(socket.recv(timeout=20)))
    return got


def test_both_sides_are_kept_and_another_answer_is_a_sibling(server: ServerProcess) -> None:
    conversation = begin(server)
    with connect(f"{server.socket_url}/ws/chat/") as socket:
        picture = to_base64(draw_circle())
        first = ask(socket, conversation=conversation, message="hello", images=[picture])
        assert (first[0]["type"], first[-1]["type"]) == ("kept", "done")
        again = ask(socket, conversation=conversation, answer_to=first[0]["question"])
    whole = read(server, conversation)
    question, answer = whole["messages"]
    assert (whole["title"], question["content"]) == ("hello", "hello")
    assert answer["content"] == again[-1]["content"]
    assert answer["siblings"] == [first[0]["answer"], again[0]["answer"]]
    assert answer["usage"]["completion_tokens"] > 0
    kept = httpx.get(server.url + question["pictures"][0]["url"])
    assert (kept.status_code, kept.headers["content-type"]) == (200, "image/png")


def test_a_question_is_kept_when_nobody_can_answer_it(uvicorn_server: ServerProcess) -> None:
    conversation = begin(uvicorn_server)
    with connect(f"{uvicorn_server.socket_url}/ws/chat/") as socket:
        got = ask(socket, conversation=conversation, message="hello", model="builtin-demo")
    assert got[-1]["type"] == "error"
    question, answer = read(uvicorn_server, conversation)["messages"]
    assert question["content"] == "hello"
    assert answer["finish_reason"] == "error"
    assert answer["error"]["code"] == got[-1]["error"]["code"]


def test_one_is_found_renamed_branched_and_removed(uvicorn_server: ServerProcess) -> None:
    url = f"{uvicorn_server.url}/api/conversations"
    conversation = begin(uvicorn_server)
    with connect(f"{uvicorn_server.socket_url}/ws/chat/") as socket:
        got = ask(socket, conversation=conversation, message="zanzibar")
    assert httpx.patch(f"{url}/{conversation}", json={"title": "Pumps"}).json()["title"] == "Pumps"
    page = httpx.get(url, params={"search": "ZANZIBAR"})
    ConversationPage.model_validate_json(page.content)
    assert [one["id"] for one in page.json()["data"]] == [conversation]
    copied = httpx.post(f"{url}/{conversation}/branch", json={"message": got[0]["question"]})
    assert httpx.delete(f"{url}/{conversation}").status_code == 204
    assert httpx.get(f"{url}/{conversation}").json()["error"]["code"] == "conversation_not_found"
    assert [m["content"] for m in read(uvicorn_server, copied.json()["id"])["messages"]] == [
        "zanzibar"
    ]


def test_nobody_sees_or_continues_anothers(uvicorn_server: ServerProcess) -> None:
    conversation = begin(uvicorn_server)
    address = f"{uvicorn_server.url}/api/conversations/{conversation}"
    headers = uvicorn_server.authorization
    assert httpx.get(address, headers=headers).status_code == 404
    assert httpx.delete(address, headers=headers).status_code == 404
    with connect(f"{uvicorn_server.socket_url}/ws/chat/", additional_headers=headers) as socket:
        got = ask(socket, conversation=conversation, message="hello")
    assert got[-1]["error"]["code"] == "conversation_not_found"


LONG = " ".join(f"word{number}" for number in range(1500))


def ask_and_read_one_piece(socket: ClientConnection, **frame: Any) -> str:
    socket.send(json.dumps({"type": "chat", "id": "long", **frame}))
    while (got := json.loads(socket.recv(timeout=20)))["type"] != "delta":
        pass
    return str(got["content"])


@pytest.mark.parametrize("leaves", [False, True])
def test_what_had_come_is_kept_when_somebody_stops_or_leaves(
    server: ServerProcess, leaves: bool
) -> None:
    conversation = begin(server)
    with connect(f"{server.socket_url}/ws/chat/") as socket:
        piece = ask_and_read_one_piece(socket, conversation=conversation, message=LONG)
        if not leaves:
            socket.send(json.dumps({"type": "stop", "id": "long"}))
            while json.loads(socket.recv(timeout=20))["type"] != "done":
                pass
    server.seconds_until_idle()
    for _ in range(100):
        question, answer = read(server, conversation)["messages"]
        if answer["finish_reason"]:
            break
        time.sleep(0.05)
    assert question["content"] == LONG
    assert answer["finish_reason"] == "cancelled"
    assert answer["content"].startswith(piece)
    assert LONG.startswith(answer["content"])


def test_the_model_is_told_the_stored_path(server: ServerProcess) -> None:
    """The echo names the pictures that it was shown."""
    conversation = begin(server)
    with connect(f"{server.socket_url}/ws/chat/") as socket:
        picture = to_base64(draw_circle())
        first = ask(socket, conversation=conversation, message="one", images=[picture])
    with connect(f"{server.socket_url}/ws/chat/") as socket:
        second = ask(socket, conversation=conversation, message="two")
        edited = ask(socket, conversation=conversation, message="three", parent=None)
    assert first[-1]["content"] == "[300x240] one"
    assert second[-1]["content"] == "[300x240] two"
    assert edited[-1]["content"] == "three"
    whole = read(server, conversation)
    assert [message["content"] for message in whole["messages"]] == ["three", "three"]
    assert whole["messages"][0]["siblings"] == [first[0]["question"], edited[0]["question"]]
