"""A client that goes away frees its place within a second, on either server."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from admin_system.api.tests.conftest import running
from admin_system.api.tests.server import ServerProcess

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

LONG = "word " * 3000
"""The echo of it takes many seconds."""


def send_request(server: ServerProcess, body: dict[str, object]) -> socket.socket:
    data = json.dumps(body).encode()
    client = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    head = (
        "POST /api/v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    client.sendall(head.encode() + data)
    return client


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
def test_hanging_up_ends_the_generation(server: ServerProcess, stream: bool) -> None:
    body = {"messages": [{"role": "user", "content": LONG}], "stream": stream}
    with closing(send_request(server, body)) as client:
        server.wait_for_requests(1)
        if stream:
            assert client.recv(64).startswith(b"HTTP/1.1 200")
    assert server.seconds_until_idle() < 2  # ten times what it may take


async def test_losing_a_websocket_ends_all_its_generations(server: ServerProcess) -> None:
    client = await connect(f"{server.socket_url}/ws/chat/")
    for name in ("a", "b"):
        messages = [{"role": "user", "content": LONG}]
        await client.send(json.dumps({"type": "chat", "id": name, "messages": messages}))
    await asyncio.to_thread(server.wait_for_requests, 2)
    client.transport.abort()
    assert await asyncio.to_thread(server.seconds_until_idle) < 1
    await client.wait_closed()


async def test_a_server_that_stops_tells_everybody(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Sockets by the close code 1012, waiting requests by 503 instead of a broken answer, and
    streams by a last event."""
    with running("uvicorn", "echo", template, tmp_path_factory) as server:
        await asyncio.to_thread(server.wait_for, "/readyz")
        body = {"messages": [{"role": "user", "content": LONG}]}
        async with (
            connect(f"{server.socket_url}/ws/chat/") as client,
            httpx.AsyncClient(timeout=20) as http,
        ):
            url = f"{server.url}/v1/chat/completions"
            post = asyncio.create_task(http.post(url, json=body))
            async with http.stream("POST", url, json={**body, "stream": True}) as stream:
                await asyncio.to_thread(server.wait_for_requests, 2)
                await asyncio.to_thread(server.stop)
                lines = [line async for line in stream.aiter_lines() if line]
            await client.wait_closed()
            answer = await post
    assert client.close_code == 1012
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "service_stops")
    assert answer.headers["retry-after"]
    assert lines[-2] == "event: error"
    assert json.loads(lines[-1].removeprefix("data: "))["error"]["code"] == "service_stops"
    assert "Traceback" not in server.log.read_text("utf-8")
