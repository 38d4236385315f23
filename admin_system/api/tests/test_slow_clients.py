"""Clients that send a byte now and then, or never read, hold no place for long; on real sockets."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from admin_system.api import limits
from admin_system.api.body_guard import BodyGuard
from admin_system.api.tests.in_process import serving

PIECE = b"x" * 2**16
PATIENCE = 0.3
SLACK = 10 * PATIENCE
"""Seconds in which what should take PATIENCE has to have happened."""


class Answering:
    """Reads the whole body, then sends more than any buffer holds."""

    def __init__(self) -> None:
        self.bodies: list[int] = []
        self.ended = asyncio.Event()
        """Whether it was let go, by its end or by an exception."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            size = 0
            while (message := await receive())["type"] == "http.request":
                size += len(message["body"])
                if not message["more_body"]:
                    self.bodies.append(size)
                    break
            else:
                return
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for _ in range(500 if scope["path"] == "/much" else 1):
                await send({"type": "http.response.body", "body": PIECE, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self.ended.set()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BODY_GRACE_SECONDS", PATIENCE)
    monkeypatch.setattr(limits, "SEND_SECONDS", PATIENCE)


def head(path: str, length: int) -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode()


async def test_who_sends_a_byte_now_and_then_is_told_and_let_go() -> None:
    inner = Answering()
    async with serving(BodyGuard(inner)) as (port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head("/", 1000))
        answer = asyncio.create_task(reader.readuntil(b"body_too_slow"))
        begun = time.monotonic()
        while not answer.done() and time.monotonic() - begun < SLACK:
            writer.write(b"x")
            await asyncio.sleep(PATIENCE / 10)
        told = (await asyncio.wait_for(answer, SLACK)).decode()
        writer.close()
    assert told.startswith("HTTP/1.1 408")
    assert inner.ended.is_set()
    assert inner.bodies == []


async def test_a_body_that_keeps_coming_may_take_longer_than_the_grace() -> None:
    inner = Answering()
    async with serving(BodyGuard(inner)) as (port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        pieces, piece = 8, 4096
        writer.write(head("/", pieces * piece))
        for _ in range(pieces):
            writer.write(b"x" * piece)
            await asyncio.sleep(PATIENCE / 4)
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        writer.close()
    assert inner.bodies == [pieces * piece]


async def test_who_never_reads_is_let_go_in_the_middle_of_the_answer() -> None:
    inner = Answering()
    async with serving(BodyGuard(inner)) as (port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(head("/much", 0))
        await reader.readline()
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.wait_for(inner.ended.wait(), SLACK)
        writer.transport.abort()
