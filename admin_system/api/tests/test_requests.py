"""Open requests are listed for whom they concern, and stopped whatever they came by."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from admin_system.api.tests.pictures import draw_circle, to_base64
from admin_system.api.tests.server import ServerProcess

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

LONG = "数一数 " + "word " * 3000
"""The echo of it takes many seconds."""
BODY = {"messages": [{"role": "user", "content": LONG}]}
CHAT = "/api/v1/chat/completions"


def key_of(server: ServerProcess, name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {server.keys[name]}"}


def requests_of(server: ServerProcess, name: str = "everything") -> list[dict[str, Any]]:
    answer = httpx.get(f"{server.url}/api/requests", headers=key_of(server, name))
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


def wait_for_one(server: ServerProcess) -> dict[str, Any]:
    """The only request, as soon as something of its answer has come."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if (found := requests_of(server)) and found[0]["tokens"]:
            return found[0]
        time.sleep(0.02)
    raise AssertionError("no request is being answered")


def stop(server: ServerProcess, request_id: str, name: str = "everything") -> int:
    address = f"{server.url}/api/requests/{request_id}"
    return httpx.delete(address, headers=key_of(server, name)).status_code


@contextmanager
def stream(server: ServerProcess) -> Iterator[httpx.Response]:
    """Of the key `chat`."""
    with (
        httpx.Client(timeout=20, headers=key_of(server, "chat")) as client,
        client.stream("POST", f"{server.url}{CHAT}", json={**BODY, "stream": True}) as answer,
    ):
        yield answer


def test_a_stream_is_listed_with_its_owner_and_ends_cleanly_when_stopped(
    server: ServerProcess,
) -> None:
    with stream(server) as answer:
        one = wait_for_one(server)
        assert one["id"] == answer.headers["x-request-id"]
        assert one["owner"] == {"kind": "key", "name": "chat"}
        assert (one["own"], one["purpose"], one["model"]) == (False, "chat", "echo")
        assert one["words"].startswith("数一数 word word")
        assert (len(one["words"]), one["state"], one["position"]) == (80, "generating", None)
        assert stop(server, one["id"]) == 204
        lines = [line for line in answer.iter_lines() if line.startswith("data: ")]
    assert lines[-1] == "data: [DONE]"
    last = json.loads(lines[-2].removeprefix("data: "))
    assert last["choices"][0]["finish_reason"] == "cancelled"
    assert server.seconds_until_idle() < 2  # ten times what it may take
    assert requests_of(server) == []
    events = httpx.get(f"{server.url}/api/events", headers={"Accept-Language": "en"}).json()
    told = f"everything stopped a request of chat: {one['id']}."
    assert told in [event["message"] for event in events["data"]]


async def test_a_plain_answer_that_is_stopped_has_what_had_come(server: ServerProcess) -> None:
    async with httpx.AsyncClient(timeout=20, headers=key_of(server, "chat")) as client:
        post = asyncio.create_task(client.post(f"{server.url}{CHAT}", json=BODY))
        one = await asyncio.to_thread(wait_for_one, server)
        assert await asyncio.to_thread(stop, server, one["id"]) == 204
        answer = await post
    assert answer.status_code == 200
    completion = answer.json()
    choice = completion["choices"][0]
    assert (choice["finish_reason"], completion["usage"]) == ("cancelled", None)
    said = choice["message"]["content"]
    assert said
    assert LONG.startswith(said)
    assert len(said) < len(LONG)


async def test_a_websocket_hears_that_one_of_its_answers_was_stopped(
    server: ServerProcess,
) -> None:
    async with connect(f"{server.socket_url}/ws/chat/") as client:
        await client.send(json.dumps({"type": "chat", "id": "a", **BODY}))
        one = await asyncio.to_thread(wait_for_one, server)
        assert one["owner"] == {"kind": "local", "name": None}
        assert await asyncio.to_thread(stop, server, one["id"]) == 204
        frames: list[dict[str, Any]] = []
        async with asyncio.timeout(10):
            while not frames or frames[-1]["type"] not in {"done", "error"}:
                frames.append(json.loads(await client.recv()))
        done = frames[-1]
        assert (done["type"], done["finish_reason"], done["usage"]) == ("done", "cancelled", None)
        assert done["content"] == "".join(f["content"] for f in frames if f["type"] == "delta")
        await client.send(json.dumps({"type": "ping"}))
        assert json.loads(await client.recv())["type"] == "pong"


def test_a_foreign_caller_neither_sees_nor_stops_it(uvicorn_server: ServerProcess) -> None:
    with stream(uvicorn_server):
        one = wait_for_one(uvicorn_server)
        for stranger in ("searcher", "keeper"):
            assert requests_of(uvicorn_server, stranger) == []
            assert stop(uvicorn_server, one["id"], stranger) == 404
        [own] = requests_of(uvicorn_server, "chat")
        assert (own["id"], own["own"], own["owner"]) == (one["id"], True, None)
        assert stop(uvicorn_server, one["id"], "chat") == 204
    assert stop(uvicorn_server, one["id"], "chat") == 404


def test_an_analysis_that_is_stopped_is_not_kept(uvicorn_server: ServerProcess) -> None:
    before = httpx.get(f"{uvicorn_server.url}/api/analyses").json()["data"]
    with httpx.Client(timeout=20) as client:
        body = {"image_base64": to_base64(draw_circle()), "query": LONG, "stream": True}
        with client.stream("POST", f"{uvicorn_server.url}/api/analyze", json=body) as answer:
            one = wait_for_one(uvicorn_server)
            assert (one["purpose"], one["pictures"]) == ("analysis", 1)
            assert stop(uvicorn_server, one["id"]) == 204
            lines = [line for line in answer.iter_lines() if line.startswith("data: ")]
    assert json.loads(lines[-1].removeprefix("data: "))["finish_reason"] == "cancelled"
    assert httpx.get(f"{uvicorn_server.url}/api/analyses").json()["data"] == before
