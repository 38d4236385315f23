"""No key, password or question that somebody sends stands in a log, the status or an answer."""

from __future__ import annotations

import json
from contextlib import nullcontext, suppress
from pathlib import Path

import httpx
import pytest
from websockets import ConnectionClosed, Subprotocol
from websockets.sync.client import connect

from admin_system.api.tests.server import ServerProcess

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

WRONG_KEY = "qvl_planted0wrong0key0of0nobody"
PASSWORD = "planted-password-of-nobody"  # noqa: S105 - of nobody
QUESTION = "planted question about nothing"
CHAT = "/api/v1/chat/completions"


def test_what_is_secret_is_written_nowhere(locked_server: ServerProcess) -> None:
    """The server's log has the level DEBUG."""
    url, key = locked_server.url, locked_server.keys["everything"]
    bearer = {"Authorization": f"Bearer {key}"}
    body = {"messages": [{"role": "user", "content": QUESTION}]}
    answers = [
        httpx.post(url + CHAT, json=body, headers=bearer),
        httpx.post(url + CHAT, json={**body, "zzz": 1}, headers=bearer),
        httpx.post(url + CHAT, json=body, headers={"Authorization": f"Bearer {WRONG_KEY}"}),
        httpx.post(url + CHAT, content=QUESTION.encode(), headers=bearer),
        httpx.get(f"{url}/api/nothing", headers=bearer),
        httpx.get(f"{url}/api/analyses?limit=x", headers=bearer),
    ]
    with httpx.Client(base_url=url) as browser:
        browser.get("/login/")
        form = {
            "username": "nobody",
            "password": PASSWORD,
            "csrfmiddlewaretoken": browser.cookies["csrftoken"],
        }
        answers += [
            browser.post("/login/", data=form),
            browser.post("/login/", data={"x": PASSWORD}),
        ]
    for offered in (key, WRONG_KEY):
        address = f"{locked_server.socket_url}/ws/chat"
        # Who has the wrong key may be shut out before anything can be sent.
        shut_out = suppress(ConnectionClosed) if offered == WRONG_KEY else nullcontext()
        offers = [Subprotocol("qwen-vl"), Subprotocol(offered)]
        with shut_out, connect(address, subprotocols=offers) as socket:
            socket.send(json.dumps({"type": "chat", **body}))
            socket.recv()
    for path in ("/api/status", "/api/requests", "/api/events", "/api/alerts", "/api/usage"):
        answers.append(httpx.get(url + path, headers=bearer))
    answers.append(httpx.get(f"{url}/api/logs?limit=500", headers=bearer))
    secrets = [key, WRONG_KEY, PASSWORD, file_of(locked_server, "secret_key")]
    for answer in answers:
        assert answer.status_code < 500
        assert not [secret for secret in secrets if secret in answer.text], answer.url
    written = locked_server.log.read_text("utf-8") + "".join(
        path.read_text("utf-8")
        for path in (locked_server.folder / "data" / "logs").glob("*")
        if path.is_file()
    )
    assert CHAT in written, "this is the log of these requests"
    for secret in (*secrets, QUESTION):
        lines = [line[:300] for line in written.splitlines() if secret in line]
        assert not lines, lines
    raw = b"".join(path.read_bytes() for path in locked_server.folder.glob("data/db.sqlite3*"))
    for secret in secrets:
        assert secret.encode() not in raw


def file_of(server: ServerProcess, name: str) -> str:
    return Path(server.folder / "data" / name).read_text("ascii")
