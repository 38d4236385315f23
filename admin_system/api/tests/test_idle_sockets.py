"""The check of idle WebSockets, in short: fifty stay open, requests beside them are answered."""

from __future__ import annotations

import pytest

from admin_system.api.tests.server import ServerProcess
from scripts.checks.idle_sockets import Beside

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


async def test_fifty_sockets_that_say_nothing_are_kept_and_hinder_nobody(
    uvicorn_server: ServerProcess,
) -> None:
    assert uvicorn_server.process is not None
    keys = [uvicorn_server.keys["chat"]]
    beside = Beside(uvicorn_server.url, uvicorn_server.process.pid, keys)
    result = await beside.measure(sockets=50, requests=20, seconds=0.5, rounds=1)
    assert result["faults"] == []
    assert result["kib_per_socket"] < 2048  # two megabytes each would be a leak
