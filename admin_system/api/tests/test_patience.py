"""Connections that only hold a place are ended, on real sockets; who is merely slow is served."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from admin_system.api import limits
from admin_system.api.patience import PatientHttp, PatientSocket
from admin_system.api.tests.in_process import SMALL, serving, wait_for_nobody
from admin_system.api.tests.raw_socket import PING, RawSocket
from scripts.startup.serve import read_options

PATIENCE = 0.4
SLACK = 10 * PATIENCE
LARGE = 2**20
HEADS = {
    "request": "GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + "x" * 1000,
    "handshake": "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nX-Long: " + "x" * 1000,
}
HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def answer(scope: Any, receive: Any, send: Any) -> None:
    """A large body in one piece, a small one, or a large frame."""
    message = await receive()
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "bytes": b"x" * LARGE})
        while message["type"] != "websocket.disconnect":
            message = await receive()
        return
    body = b"x" * (LARGE if scope["path"] == "/large" else 2)
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


@pytest.fixture
async def served(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[int, Any]]:
    monkeypatch.setattr(limits, "SEND_SECONDS", PATIENCE)
    monkeypatch.setattr(limits, "HEAD_SECONDS", PATIENCE)
    async with serving(answer, http=PatientHttp, ws=PatientSocket) as (port, server):
        yield port, server


async def call(port: int) -> Line:
    """A client that holds little of what it does not read."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
    line.setblocking(False)
    await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", port))
    return await asyncio.open_connection(sock=line, limit=SMALL)


async def drip(line: Line, text: str) -> None:
    """A byte now and then, until the other side hangs up."""
    reader, writer = line
    gone = asyncio.create_task(reader.read())
    async with asyncio.timeout(SLACK):
        for character in text:
            if gone.done():
                break
            writer.write(character.encode())
            await asyncio.sleep(PATIENCE / 10)
        assert await gone == b""
    writer.transport.abort()


@pytest.mark.parametrize("kind", HEADS)
async def test_a_head_that_comes_byte_by_byte_is_given_up(served: Any, kind: str) -> None:
    port, server = served
    await drip(await call(port), HEADS[kind])
    await wait_for_nobody(server, SLACK)


async def test_who_says_nothing_is_given_up(served: Any) -> None:
    reader, writer = await call(served[0])
    async with asyncio.timeout(SLACK):
        assert await reader.read() == b""
    writer.transport.abort()


async def test_the_second_head_of_a_connection_has_no_more_time_than_the_first(
    served: Any,
) -> None:
    line = await call(served[0])
    for part in (b"GET / HTTP/1.1\r\n", b"Host: x\r\n", b"\r\n"):
        line[1].write(part)
        await asyncio.sleep(PATIENCE / 8)
    assert (await line[0].readuntil(b"\r\n\r\nxx")).startswith(b"HTTP/1.1 200")
    await drip(line, HEADS["request"])


async def test_an_answer_that_nobody_reads_is_dropped_with_its_connection(served: Any) -> None:
    port, server = served
    reader, writer = await call(port)
    reader._transport.pause_reading()  # type: ignore[attr-defined]
    writer.write(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    while not server.server_state.total_requests:  # noqa: ASYNC110 - it has no event for it
        await asyncio.sleep(0.01)
    assert server.server_state.connections  # what was written is still there
    await wait_for_nobody(server, SLACK)
    writer.transport.abort()


async def test_a_websocket_that_nobody_reads_is_dropped(served: Any) -> None:
    port, server = served
    reader, writer = await call(port)
    reader._transport.pause_reading()  # type: ignore[attr-defined]
    writer.write(HANDSHAKE)
    while not server.server_state.connections:  # noqa: ASYNC110 - it has no event for it
        await asyncio.sleep(0.01)
    await wait_for_nobody(server, SLACK)
    writer.transport.abort()


async def test_pings_of_who_never_reads_fill_no_memory(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long before its patience with unread frames is at its end."""
    monkeypatch.setattr(limits, "SEND_SECONDS", 600.0)
    monkeypatch.setattr(limits, "MAX_UNREAD_BYTES", LARGE + 2**18)
    port, server = served
    client = await asyncio.to_thread(RawSocket, port)
    pinging = asyncio.create_task(asyncio.to_thread(ping_on, client))
    await wait_for_nobody(server, SLACK)
    client.close()
    await pinging


def ping_on(client: RawSocket) -> None:
    with suppress(OSError):
        for _ in range(20_000):
            client.send(PING, b"x" * 125)


async def test_who_reads_slowly_but_steadily_gets_everything(served: Any) -> None:
    reader, writer = await call(served[0])
    begun = time.monotonic()
    writer.write(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    got = 0
    while got < LARGE:
        got += len(await reader.read(2 * SMALL))
        await asyncio.sleep(PATIENCE * SMALL / LARGE * 4)
    assert got == LARGE
    assert time.monotonic() - begun > 2 * PATIENCE
    writer.transport.abort()


def test_every_server_of_ours_is_patient_so_far_and_no_further() -> None:
    options = read_options()
    assert (options["http"], options["ws"]) == (PatientHttp, PatientSocket)
