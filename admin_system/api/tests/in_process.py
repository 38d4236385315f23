"""An application served by uvicorn in the process of the test, on a real socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

SMALL = 4096


@asynccontextmanager
async def serving(application: Any, **options: Any) -> AsyncIterator[tuple[int, uvicorn.Server]]:
    """Port and server; the system holds little of what a client leaves unread."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)  # connections inherit it
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(application, lifespan="off", log_level="critical", **options)
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110 - it has no event for it
            await asyncio.sleep(0.01)
        try:
            yield listening.getsockname()[1], server
        finally:
            server.should_exit = server.force_exit = True
            await running


async def wait_for_nobody(server: uvicorn.Server, seconds: float) -> None:
    """Until the server holds no connection. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while server.server_state.connections:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.02)
