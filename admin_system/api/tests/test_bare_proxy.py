"""A real nginx that was told nothing but where to pass requests: the world is not this machine."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from admin_system.api.tests.server import ServerProcess, find_port
from scripts.testing.needs import needs

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), needs("nginx-light")]
SITE = """pid nginx.pid;
events {{}}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{ proxy_pass {behind}; }}
    }}
}}
"""


@pytest.fixture
def bare_proxy(uvicorn_server: ServerProcess, tmp_path: Path) -> Iterator[str]:
    """Its address, without a scheme."""
    port = find_port()
    site = SITE.format(port=port, behind=uvicorn_server.url)
    (tmp_path / "nginx.conf").write_text(site, encoding="utf-8")
    command = [
        "nginx",
        "-p",
        str(tmp_path),
        "-c",
        "nginx.conf",
        "-e",
        "error.log",
        "-g",
        "daemon off;",
    ]
    proxy = subprocess.Popen(command)
    try:
        end = time.monotonic() + 20
        while time.monotonic() < end and proxy.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"127.0.0.1:{port}"
    finally:
        proxy.terminate()
        proxy.wait(20)


def test_a_proxy_without_a_word_on_visitors_needs_a_key(
    bare_proxy: str, uvicorn_server: ServerProcess
) -> None:
    for host in (None, "localhost", "127.0.0.1:8000"):
        headers = {} if host is None else {"Host": host}
        refused = httpx.get(f"http://{bare_proxy}/api/v1/models", headers=headers, timeout=10)
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "key_missing")
    key = uvicorn_server.authorization
    assert httpx.get(f"http://{bare_proxy}/api/v1/models", headers=key).status_code == 200
    assert httpx.get(f"{uvicorn_server.url}/api/v1/models").status_code == 200


def test_no_websocket_comes_through_it(bare_proxy: str) -> None:
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(f"ws://{bare_proxy}/ws/chat/", proxy=None) as line,
    ):
        line.send(json.dumps({"type": "ping"}))
    assert refused.value.response.status_code == 404
