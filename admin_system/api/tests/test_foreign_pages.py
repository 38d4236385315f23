"""What a page elsewhere can make a browser on this machine send, to real servers."""

from __future__ import annotations

import json

import httpx
import pytest

from admin_system.api.routing import SOCKETS
from admin_system.api.tests.raw_socket import CLOSE, TEXT, RawSocket
from admin_system.api.tests.server import ServerProcess

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
EVIL = "http://evil.example"
ADDRESSES = ("/api/v1/models", "/api/analyses", "/api/requests", "/api/service/models")


def name_of_theirs(server: ServerProcess) -> str:
    """Made to point at 127.0.0.1 after its page was loaded (DNS rebinding)."""
    return f"rebound.example:{server.port}"


@pytest.mark.parametrize(
    ("headers", "refusal"),
    [
        ({"Host": "{theirs}"}, "key_missing"),
        ({"Host": "{theirs}", "Origin": "http://{theirs}"}, "key_missing"),
        (
            {"Host": "{theirs}", "Origin": "http://{theirs}", "Sec-Fetch-Site": "same-origin"},
            "key_missing",
        ),
        ({"Host": "127.0.0.1.rebound.example"}, "key_missing"),
        ({"Origin": EVIL}, "origin_refused"),
        ({"Origin": "null"}, "origin_refused"),
        ({"Origin": "http://localhost:1"}, "origin_refused"),
        ({"Sec-Fetch-Site": "cross-site"}, "origin_refused"),
        ({"Sec-Fetch-Site": "same-site"}, "origin_refused"),
    ],
)
def test_a_page_elsewhere_is_let_in_nowhere(
    server: ServerProcess, headers: dict[str, str], refusal: str
) -> None:
    theirs = name_of_theirs(server)
    sent = {name: value.replace("{theirs}", theirs) for name, value in headers.items()}
    code = {"key_missing": (401, 4401), "origin_refused": (403, 4403)}[refusal]
    with httpx.Client(base_url=server.url, headers=sent, timeout=10) as client:
        for address in ADDRESSES:
            answer = client.get(address)
            assert (answer.status_code, answer.json()["error"]["code"]) == (code[0], refusal)
        posted = client.post("/api/v1/chat/completions", content=b"{}")  # a form needs no preflight
        assert (posted.status_code, posted.json()["error"]["code"]) == (code[0], refusal)
    for address in SOCKETS:
        plain = {name.replace("-", "_"): value for name, value in sent.items()}
        with RawSocket(server.port, address, **plain) as socket:
            told = socket.read()
            assert told is not None
            assert told[0] == TEXT
            assert json.loads(told[1])["error"]["code"] == refusal
            closed = socket.read()
            assert closed is not None
            assert (closed[0], int.from_bytes(closed[1][:2])) == (CLOSE, code[1])


def test_programs_and_pages_of_this_server_are_let_in(server: ServerProcess) -> None:
    for headers in ({}, {"Origin": server.url}, {"Sec-Fetch-Site": "same-origin"}):
        answer = httpx.get(f"{server.url}/api/v1/models", headers=headers, timeout=10)
        assert answer.status_code == 200
