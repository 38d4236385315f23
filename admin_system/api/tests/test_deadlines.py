"""What takes too long ends: an answer by its deadline, a silent connection by its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.test import AsyncClient

from admin_system.api import answers, chat, socket
from admin_system.api.consumers import ChatConsumer
from admin_system.core.service import ModelService
from admin_system.core.types import EngineSpec
from admin_system.env import get_env

pytestmark = pytest.mark.django_db(transaction=True)

SHORT = 0.05
LONG = [{"role": "user", "content": "word " * 3000}]


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelService]:
    service = ModelService(tmp_path / "model.lock")
    service.load(EngineSpec("echo", "echo"))
    service.wait()
    for room in (answers, chat):
        monkeypatch.setattr(room, "get_service", lambda: service)
    yield service
    service.close()


async def connect() -> WebsocketCommunicator:
    application: Any = ChatConsumer.as_asgi()
    communicator = WebsocketCommunicator(application, "/ws/chat/", [(b"host", b"127.0.0.1")])
    communicator.scope["client"] = ("127.0.0.1", 40000)
    connected, _ = await communicator.connect()
    assert connected
    return communicator


async def test_an_answer_that_takes_too_long_is_504(
    service: ModelService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "DEADLINE_SECONDS", SHORT)
    monkeypatch.setattr(get_env(), "access", "open")  # the client says it asks "testserver"
    answer = await AsyncClient().post(
        "/api/v1/chat/completions", {"messages": LONG}, content_type="application/json"
    )
    error = answer.json()["error"]
    assert (answer.status_code, error["type"]) == (504, "timeout_error")
    stats = service.status().stats
    assert stats is not None
    assert stats.running == 0


async def test_a_frames_answer_has_the_same_deadline(
    service: ModelService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "DEADLINE_SECONDS", SHORT)
    communicator = await connect()
    await communicator.send_json_to({"type": "chat", "id": "c1", "messages": LONG})
    while (frame := await communicator.receive_json_from())["type"] != "error":
        assert frame["type"] in {"start", "delta"}
    assert (frame["id"], frame["error"]["code"]) == ("c1", "deadline_passed")
    await communicator.disconnect()


async def test_a_silent_connection_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "IDLE_SECONDS", SHORT)
    communicator = await connect()
    assert await communicator.receive_output() == {"type": "websocket.close", "code": 4408}
