"""A client that leaves before it is answered is no fault of the service: nobody is told, nothing
is held, and nothing is raised, which a server would write down with its traceback."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from admin_system.api.consumers import ChatConsumer
from admin_system.api.open_sockets import open_sockets

pytestmark = pytest.mark.django_db  # as channels looks at what connections are open


@pytest.mark.parametrize("taken", [0, 1])
async def test_a_refused_caller_who_has_left_raises_nothing(taken: int) -> None:
    """`taken`: how many of the server's words still reach it."""
    came: list[Any] = [
        {"type": "websocket.connect"},
        {"type": "websocket.disconnect", "code": 1006},
    ]
    told: list[str] = []

    async def receive() -> Any:
        return came.pop(0)

    async def send(message: Mapping[str, Any]) -> None:
        if len(told) == taken:
            raise ConnectionResetError
        told.append(message["type"])

    scope = {
        "type": "websocket",
        "path": "/ws/chat/",
        "query_string": b"",
        "headers": [(b"authorization", b"Bearer qv-wrong")],
        "client": ("203.0.113.7", 1),
        "subprotocols": [],
    }
    application: Any = ChatConsumer.as_asgi()
    await application(scope, receive, send)
    assert told == ["websocket.accept"][:taken]
    assert not came
    assert open_sockets._held.total() == 0
