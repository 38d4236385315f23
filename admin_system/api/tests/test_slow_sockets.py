"""A WebSocket that is not read: its place is given back, under uvicorn's own protocols too."""

from __future__ import annotations

import asyncio
import json

import pytest

from admin_system.api import limits
from admin_system.api.open_sockets import open_sockets
from admin_system.api.routing import sockets
from admin_system.api.socket_guard import SocketGuard
from admin_system.api.tests.in_process import serving
from admin_system.api.tests.raw_socket import TEXT, RawSocket

pytestmark = pytest.mark.django_db  # as channels looks at what connections are open

PATIENCE = 0.3
SLACK = 100 * PATIENCE
"""The buffers have to be filled first, by a machine that may be busy."""
PING = json.dumps({"type": "ping", "id": "x" * 200}).encode()


async def test_who_asks_and_never_reads_gives_its_place_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "SEND_SECONDS", PATIENCE)
    async with serving(SocketGuard(sockets)) as (port, _):
        client = await asyncio.to_thread(RawSocket, port)
        async with asyncio.timeout(SLACK):
            await held(1)
        asking = asyncio.create_task(asyncio.to_thread(ask_on, client))
        try:
            async with asyncio.timeout(SLACK):
                await held(0)
        finally:
            client.close()
            await asking


async def held(count: int) -> None:
    while open_sockets._held.total() != count:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.01)


def ask_on(client: RawSocket) -> None:
    """More than all buffers between the two hold, or until it is shut out."""
    try:
        for _ in range(5000):
            client.send(TEXT, PING)
    except OSError:
        pass
