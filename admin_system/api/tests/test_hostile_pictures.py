"""Pictures made to break a reader come through every door; the server reads or refuses them."""

from __future__ import annotations

import json
from typing import Any

import httpx
import psutil
import pytest
from websockets.asyncio.client import connect

from admin_system.api.tests.pictures import to_base64, to_data_url
from admin_system.api.tests.server import ServerProcess
from admin_system.core.tests.hostile_pictures import make_pictures

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

GROWTH = 400
"""MiB that the server may hold more at the end: two readers, pictures of 4 million pixels."""


def due(outcome: str) -> str | None:
    """The code of the refusal; None where the picture is read."""
    return outcome if outcome.startswith("picture_") else None


def code_of(answer: httpx.Response) -> str | None:
    if answer.status_code == 200:
        return None
    assert answer.status_code == 400, answer.text
    code: str = answer.json()["error"]["code"]
    return code


async def test_every_door_reads_or_refuses_them(uvicorn_server: ServerProcess) -> None:
    assert uvicorn_server.process is not None
    process = psutil.Process(uvicorn_server.process.pid)
    before = process.memory_info().rss
    address = f"{uvicorn_server.url}/api"
    pictures = {name: (data, due(outcome)) for name, (data, outcome) in make_pictures().items()}
    found: dict[str, dict[str, str | None]] = {name: {} for name in pictures}
    async with (
        httpx.AsyncClient(timeout=60) as client,
        connect(f"{uvicorn_server.socket_url}/ws/chat/") as socket,
    ):
        for name, (data, _) in pictures.items():
            file = {"image": ("a.png", data)}
            form = await client.post(f"{address}/analyze", files=file, data={"query": "?"})
            body: dict[str, Any] = {"query": "?", "image_base64": to_base64(data)}
            plain = await client.post(f"{address}/analyze", json=body)
            part = {"type": "image_url", "image_url": {"url": to_data_url(data)}}
            messages = [{"role": "user", "content": [part]}]
            chat = await client.post(f"{address}/v1/chat/completions", json={"messages": messages})
            found[name] = {"form": code_of(form), "base64": code_of(plain), "chat": code_of(chat)}
            await socket.send(json.dumps({"type": "chat", "id": name, "messages": messages}))
            frame: dict[str, Any] = {"type": ""}
            while frame["type"] not in ("done", "error"):
                frame = json.loads(await socket.recv())
            found[name]["socket"] = frame["error"]["code"] if frame["type"] == "error" else None
    expected = {name: dict.fromkeys(found[name], code) for name, (_, code) in pictures.items()}
    assert found == expected
    assert process.memory_info().rss - before < GROWTH * 2**20
    uvicorn_server.wait_for("/readyz")
