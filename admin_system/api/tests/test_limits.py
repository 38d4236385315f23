"""Limits of keys on a real server: over HTTP and WebSocket, in streams, after a restart."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from admin_system.api.tests.conftest import running
from admin_system.api.tests.server import ServerProcess

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
CHAT = "/api/v1/chat/completions"
LONG = " ".join(["word"] * 800)
"""Echoed in about two seconds."""


@pytest.fixture(scope="module")
def limited(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    with running("uvicorn", "echo", template, tmp_path_factory, ACCESS="keys") as server:
        server.wait_for("/readyz")
        yield server


def make_key(server: ServerProcess, *limits: str) -> dict[str, str]:
    said = server.run_command("create_api_key", "robot", *limits)
    (secret,) = re.findall(r"qvl_[\w-]{20,}", said)
    return {"Authorization": f"Bearer {secret}", "Accept-Language": "en"}


def ask(server: ServerProcess, key: dict[str, str], text: str = "hello") -> httpx.Response:
    body = {"messages": [{"role": "user", "content": text}]}
    return httpx.post(server.url + CHAT, headers=key, json=body, timeout=30)


def stream_body(text: str = LONG) -> dict[str, object]:
    return {"messages": [{"role": "user", "content": text}], "stream": True}


def test_a_rate_is_held_and_told(limited: ServerProcess) -> None:
    key = make_key(limited, "--rate", "3")
    for left in (2, 1, 0):
        answer = ask(limited, key)
        assert answer.status_code == 200
        assert answer.headers["x-ratelimit-limit-requests"] == "3"
        assert answer.headers["x-ratelimit-remaining-requests"] == str(left)
    assert re.fullmatch(r"\d+(\.\d)?s|1m0s", answer.headers["x-ratelimit-reset-requests"])
    refused = ask(limited, key)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 20
    error = refused.json()["error"]
    assert (error["type"], error["code"]) == ("rate_limit_error", "rate_limit_exceeded")
    assert "3 requests a minute" in error["message"]
    assert refused.headers["x-ratelimit-remaining-requests"] == "0"
    listed = httpx.get(f"{limited.url}/api/v1/models", headers=key)
    assert listed.status_code == 429  # every address counts
    assert ask(limited, make_key(limited)).status_code == 200  # others are not concerned
    assert "x-ratelimit-limit-requests" not in ask(limited, make_key(limited)).headers


def test_streams_hold_their_place_until_they_end_or_are_left(limited: ServerProcess) -> None:
    key = make_key(limited, "--concurrent", "2")
    with ExitStack() as open_streams:
        client = open_streams.enter_context(httpx.Client(headers=key, timeout=30))
        streams = [client.stream("POST", limited.url + CHAT, json=stream_body()) for _ in range(2)]
        entered = [open_streams.enter_context(one) for one in streams]
        lines = [one.iter_lines() for one in entered]
        for one in lines:
            next(one)
        refused = ask(limited, key)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert refused.json()["error"]["code"] == "requests_at_once_exceeded"
        with connect(limited.socket_url + "/ws/chat", additional_headers=key) as socket:
            socket.send(json.dumps({"message": "hello", "id": "a"}))
            frame = json.loads(socket.recv(timeout=10))
            assert frame["error"]["code"] == "requests_at_once_exceeded"
            assert (frame["id"], frame["retry_after"]) == ("a", 1)
    end = time.monotonic() + 5
    while (answer := ask(limited, key)).status_code == 429 and time.monotonic() < end:
        time.sleep(0.05)
    assert answer.status_code == 200  # both were left in mid-stream


def test_sockets_count_each_request_and_give_its_place_back(limited: ServerProcess) -> None:
    key = make_key(limited, "--concurrent", "1", "--rate", "3")
    with connect(limited.socket_url + "/ws/chat", additional_headers=key) as socket:
        socket.send(json.dumps({"message": LONG, "id": "long"}))
        socket.send(json.dumps({"message": "hello", "id": "second"}))
        kinds: dict[str, set[str]] = {}
        while "done" not in kinds.get("long", ()):
            frame = json.loads(socket.recv(timeout=15))
            kinds.setdefault(frame["id"], set()).add(frame["type"])
        assert kinds["second"] == {"error"}
        frame = {"type": "done"}
        for number in range(6):  # a slow machine earns one more on its way
            if frame["type"] == "error":
                break
            socket.send(json.dumps({"message": "hello", "id": f"x{number}"}))
            while (frame := json.loads(socket.recv(timeout=15)))["type"] not in ("done", "error"):
                assert frame["type"] in {"start", "delta", "queued"}
        assert number >= 2
        assert frame["error"]["code"] == "rate_limit_exceeded"
        assert frame["retry_after"] >= 1


def test_a_revoked_key_ends_an_open_socket_with_its_next_request(limited: ServerProcess) -> None:
    key = make_key(limited)
    with connect(limited.socket_url + "/ws/chat", additional_headers=key) as socket:
        socket.send(json.dumps({"message": "hello"}))
        while json.loads(socket.recv(timeout=15))["type"] != "done":
            pass
        prefix = key["Authorization"].removeprefix("Bearer ")[:12]
        code = (
            "from django.utils import timezone; from admin_system.core.models import ApiKey; "
            f"ApiKey.objects.filter(prefix='{prefix}').update(revoked_at=timezone.now())"
        )
        limited.run_command("shell", "-c", code)
        socket.send(json.dumps({"message": "hello"}))
        assert json.loads(socket.recv(timeout=15))["error"]["code"] == "key_revoked"
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=15)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401
