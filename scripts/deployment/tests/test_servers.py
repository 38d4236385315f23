"""Each server that a deployment offers serves: streams, sockets with large messages, the admin."""

from __future__ import annotations

import base64
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from admin_system.api.tests.conftest import template as template
from admin_system.api.tests.server import LIMIT, Kind, ServerProcess
from scripts.deployment.plan import Plan
from scripts.deployment.recipes import write_recipes
from scripts.deployment.servers import SERVERS, Server, offered, write_admin_words, write_words

Template = tuple[Path, dict[str, str]]
pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(os.name == "nt", reason="gunicorn does not run on Windows"),
]


class Deployed(ServerProcess):
    """Started by the words that a deployment writes."""

    def command(self) -> list[str]:
        if self.settings.get("LOAD_MODEL") == "false":
            return write_admin_words(self.port)[1:]
        server: Server = "daphne" if self.kind == "daphne" else "gunicorn"
        return write_words(server, self.port, LIMIT // 2**20)[1:]


def start(
    template: Template, place: Path, kind: Kind = "uvicorn", **settings: str
) -> Iterator[ServerProcess]:
    """`kind` is that of gunicorn's worker, or daphne itself."""
    server = Deployed(kind, "echo", *template, place, settings)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(params=["uvicorn", "daphne"])
def site(
    template: Template, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[ServerProcess]:
    yield from start(template, tmp_path, request.param)


@pytest.fixture
def admin(template: Template, tmp_path: Path) -> Iterator[ServerProcess]:
    yield from start(template, tmp_path, LOAD_MODEL="false")


def test_gunicorn_and_daphne_serve_the_whole_site(site: ServerProcess) -> None:
    site.wait_for("/readyz")
    body = {"messages": [{"role": "user", "content": "word " * 200}], "stream": True}
    url = f"{site.url}/api/v1/chat/completions"
    with httpx.stream("POST", url, json=body, timeout=60) as response:
        moments = [time.monotonic() for line in response.iter_lines() if line.startswith("data")]
    assert len({round(moment, 3) for moment in moments}) > 3  # one after another, not at once
    with connect(f"{site.socket_url}/ws/chat/", proxy=None) as socket:
        large = base64.b64encode(os.urandom(2**20 * 3 // 2)).decode()
        socket.send(json.dumps({"type": "ping", "id": "a", "ballast": large}))
        first: dict[str, Any] = json.loads(socket.recv(timeout=20))
        assert first["type"] in {"pong", "error"}  # it was read, whatever is thought of it
        socket.send(json.dumps({"message": "hello"}))
        while json.loads(socket.recv(timeout=20))["type"] != "done":
            pass
        site.stop()
        if site.kind == "daphne":  # it knows no end of the service
            return
        with pytest.raises(Exception, match="1012"):
            socket.recv(timeout=20)


def test_gunicorn_serves_the_admin_alone(admin: ServerProcess) -> None:
    """With plain WSGI: several workers, no model, no WebSocket."""
    said = admin.run_command("create_admin")
    password = re.search(r"\b\w{16}\b", said)
    assert password is not None, said
    with httpx.Client(base_url=admin.url, timeout=30, follow_redirects=True) as client:
        page = client.get("/admin/login/")
        form = {"username": "admin", "password": password.group(), "next": "/admin/"}
        form["csrfmiddlewaretoken"] = client.cookies["csrftoken"]
        page = client.post(page.url, data=form, headers={"Referer": admin.url})
        assert (page.status_code, page.url.path) == (200, "/admin/")
        assert "logout" in page.text
        assert client.get("/api/status").json()["status"] == "stopped"
        assert client.get("/static/management/admin.css").status_code == 200


@pytest.mark.parametrize("server", SERVERS)
def test_the_units_start_the_chosen_server(server: Any, tmp_path: Path) -> None:
    plan = Plan(tmp_path, Path(sys.executable), "vl.example.com", 8000, "qwen", server=server)
    words = " ".join(write_words(server, 8000, 32))
    assert f'ExecStart="{sys.executable}" {words}\n' in write_recipes(plan)["qwen-vl.service"]


def test_gunicorn_is_not_offered_on_windows() -> None:
    assert offered("nt") == ("uvicorn", "daphne")
