"""Programs that keep the miniature busy while a page is looked at."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from admin_system.api.tests.server import ServerProcess

END_TOKENS = {"0": -100, "2": -100}
"""Without them the miniature goes on until it is stopped."""
SLOTS = 4


class Stream:
    """A chat of the key `chat`, read to its end."""

    def __init__(self, server: ServerProcess, words: str) -> None:
        self.server, self.words = server, words
        self.text, self.reason = "", ""

    async def read(self) -> None:
        body = {
            "messages": [{"role": "user", "content": self.words}],
            "stream": True,
            "temperature": 2.0,
            "logit_bias": END_TOKENS,
        }
        headers = {"Authorization": f"Bearer {self.server.keys['chat']}"}
        address = f"{self.server.url}/api/v1/chat/completions"
        async with (
            httpx.AsyncClient(timeout=60) as client,
            client.stream("POST", address, json=body, headers=headers) as answer,
        ):
            answer.raise_for_status()
            async for line in answer.aiter_lines():
                if line.startswith("data: {"):
                    self._take(json.loads(line.removeprefix("data: ")))

    def _take(self, chunk: dict[str, Any]) -> None:
        choice = chunk["choices"][0]
        self.text += choice["delta"].get("content") or ""
        self.reason = choice["finish_reason"] or self.reason


@asynccontextmanager
async def streams(server: ServerProcess, count: int) -> AsyncIterator[list[Stream]]:
    """Begun one after the other."""
    begun = [Stream(server, f"question number {number}") for number in range(count)]
    tasks = []
    for number, stream in enumerate(begun):
        tasks.append(asyncio.create_task(stream.read()))
        state, wanted = ("running", number + 1) if number < SLOTS else ("waiting", 1)
        await asyncio.to_thread(server.wait_for_requests, wanted, state)
    try:
        yield begun
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
