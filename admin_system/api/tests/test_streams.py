"""Streams: what happens while nothing comes, and when something goes wrong in the middle."""

from __future__ import annotations

import time
from contextlib import aclosing

import httpx
import openai
import pytest
from openai import OpenAI

from admin_system.api.analyze import encode_frames
from admin_system.api.sse import KEEP_ALIVE
from admin_system.api.stream_reader import Mark, StreamReader
from admin_system.api.tests.server import ServerProcess
from admin_system.api.tests.test_stream_reader import Source

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


async def test_silence_is_filled_with_comments() -> None:
    source = Source(30)
    reader = StreamReader(source.frames())
    assert await reader.read(0.01) is Mark.WAITING
    async with aclosing(encode_frames(reader, Mark.WAITING)) as events:
        assert await anext(events) == KEEP_ALIVE
    assert source.ended.is_set(), "closing the response ends the generation"


def test_a_fault_after_the_first_byte_is_an_error_event(server: ServerProcess) -> None:
    with OpenAI(base_url=f"{server.url}/api/v1", api_key="none", max_retries=0) as client:
        stream = client.chat.completions.create(
            model="echo", messages=[{"role": "user", "content": "word " * 3000}], stream=True
        )
        try:
            next(iter(stream))
            httpx.post(f"{server.url}/api/service/unload")
            with pytest.raises(openai.APIError, match="模型"):
                for _ in stream:
                    pass
        finally:
            load_again(server)


def load_again(server: ServerProcess) -> None:
    """The other tests of this server need its model."""
    while server.status()["status"] != "stopped":
        time.sleep(0.02)
    body = {"model": "echo"}
    assert httpx.post(f"{server.url}/api/service/load", json=body).status_code == 202
    server.wait_for("/readyz")
