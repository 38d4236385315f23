"""What a server does once, when it starts."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from typing import Any

import pytest

from admin_system.api.lifespan import Lifespan


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


async def test_a_server_that_has_started_leaves_its_imports_out_of_full_collections() -> None:
    told: asyncio.Queue[str] = asyncio.Queue()
    came: asyncio.Queue[Any] = asyncio.Queue()
    came.put_nowait({"type": "lifespan.startup"})

    async def send(message: Any) -> None:
        told.put_nowait(message["type"])

    before = len(gc.get_objects())
    running = asyncio.create_task(Lifespan()({}, came.get, send))  # type: ignore[arg-type]
    assert await told.get() == "lifespan.startup.complete"
    running.cancel()
    assert gc.get_freeze_count() > 0
    assert len(gc.get_objects()) < before / 2
