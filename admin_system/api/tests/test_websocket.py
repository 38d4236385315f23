"""What the WebSockets say, frame by frame."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack, suppress
from typing import Any

import pytest
from websockets import ConnectionClosed, Origin, Subprotocol
from websockets.asyncio.client import ClientConnection, connect

from admin_system.api.limits import RUNNING_PER_CONNECTION, SOCKETS_PER_CALLER
from admin_system.api.tests.pictures import draw_circle, to_base64
from admin_system.api.tests.server import ServerProcess

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

Frame = dict[str, Any]
LONG = "word " * 3000


async def send(socket: ClientConnection, **frame: object) -> None:
    await socket.send(json.dumps(frame))


async def receive(socket: ClientConnection) -> Frame:
    frame: Frame = json.loads(await asyncio.wait_for(socket.recv(), 10))
    return frame


async def receive_until(socket: ClientConnection, kind: str) -> list[Frame]:
    got = [await receive(socket)]
    while got[-1]["type"] != kind:
        got.append(await receive(socket))
    return got


async def test_a_chat_comes_in_deltas(server: ServerProcess) -> None:
    async with connect(f"{server.socket_url}/ws/chat/") as socket:
        await send(socket, type="ping")
        assert await receive(socket) == {"type": "pong"}
        await send(
            socket, type="chat", id="c1", messages=[{"role": "user", "content": "one two three"}]
        )
        got = await receive_until(socket, "done")
    assert {frame["id"] for frame in got} == {"c1"}
    assert got[0] == {"type": "start", "id": "c1", "model": "echo"}
    assert [frame["content"] for frame in got[1:-1]] == ["one", " two", " three"]
    assert got[-1]["content"] == "one two three"
    assert got[-1]["finish_reason"] == "stop"
    assert got[-1]["usage"]["completion_tokens"] == 3
    assert got[-1]["processing_time"].endswith("秒")


async def test_the_short_form_keeps_the_conversation(server: ServerProcess) -> None:
    async with connect(f"{server.socket_url}/ws/chat") as socket:
        await send(socket, message="你好", image_base64=to_base64(draw_circle()))
        first = (await receive_until(socket, "done"))[-1]
        await send(socket, message="again")
        second = (await receive_until(socket, "done"))[-1]
    assert first["content"] == "[300x240] 你好"
    assert second["content"] == "[300x240] again", "the picture of the first turn is still there"
    assert second["usage"]["prompt_tokens"] > first["usage"]["prompt_tokens"]


async def test_a_picture_is_analysed_with_boxes(server: ServerProcess) -> None:
    async with connect(f"{server.socket_url}/ws/analyze/") as socket:
        await send(
            socket,
            type="analyze",
            id="a1",
            image_base64=to_base64(draw_circle()),
            query="框出红色圆形",
        )
        got = await receive_until(socket, "done")
        boxes = next(frame for frame in got if frame["type"] == "boxes")
        assert boxes["boxes"] == [{"label": "红色圆形", "box": [75, 60, 225, 180]}]
        assert boxes["boxed_image_url"].startswith("/media/analyses/")
        assert got[-1]["content"] == "红色圆形"
        await socket.send(draw_circle(400, 200))
        await send(socket, id="a2", image="binary", query="What is this?")
        got = await receive_until(socket, "done")
        assert got[-1]["content"] == "[400x200] What is this?"
        assert got[-1]["image"] == {"width": 400, "height": 200}


async def test_a_generation_can_be_stopped(server: ServerProcess) -> None:
    async with connect(f"{server.socket_url}/ws/chat/") as socket:
        await send(socket, type="chat", id="long", messages=[{"role": "user", "content": LONG}])
        await receive_until(socket, "delta")
        await send(socket, type="stop", id="long")
        last = (await receive_until(socket, "done"))[-1]
        assert last["finish_reason"] == "cancelled"
        assert LONG.startswith(last["content"])
        assert server.seconds_until_idle() < 2  # ten times what it may take
        await send(socket, type="stop", id="long")
        assert (await receive(socket))["error"]["code"] == "frame_id_unknown"


async def test_two_requests_run_on_one_connection(server: ServerProcess) -> None:
    async with connect(f"{server.socket_url}/ws/chat/") as socket:
        for name in ("a", "b"):
            words = f"{name} " * 60
            await send(socket, type="chat", id=name, messages=[{"role": "user", "content": words}])
        got: list[Frame] = []
        while sum(frame["type"] == "done" for frame in got) < 2:
            got.append(await receive(socket))
    order = [frame["id"] for frame in got if frame["type"] == "delta"]
    first_end = min(order[::-1].index(name) for name in ("a", "b"))
    assert order != sorted(order), "their deltas come between each other"
    assert first_end == 0
    for name in ("a", "b"):
        pieces = [f["content"] for f in got if f["type"] == "delta" and f["id"] == name]
        assert "".join(pieces).split() == [name] * 60


async def test_who_has_to_wait_is_told_the_place(server: ServerProcess) -> None:
    async with connect(f"{server.socket_url}/ws/chat/") as socket:
        slots = server.status()["engine"]["slots"]
        for number in range(slots):
            await send(
                socket, type="chat", id=str(number), messages=[{"role": "user", "content": LONG}]
            )
        await asyncio.to_thread(server.wait_for_requests, slots)
        await send(socket, id="late", message="at last")
        queued = (await receive_until(socket, "queued"))[-1]
        assert queued == {"type": "queued", "id": "late", "position": 1}
        for number in range(slots):
            await send(socket, type="stop", id=str(number))
        got: list[Frame] = []
        while not (got and got[-1]["id"] == "late" and got[-1]["type"] == "done"):
            got.append(await receive(socket))
    assert got[-1]["content"] == "at last"


async def test_a_ninth_request_on_one_connection_is_told_why_it_finds_no_place(
    server: ServerProcess,
) -> None:
    async with connect(f"{server.socket_url}/ws/chat/") as socket:
        for number in range(RUNNING_PER_CONNECTION):
            await send(
                socket, type="chat", id=str(number), messages=[{"role": "user", "content": LONG}]
            )
        await send(socket, id="ninth", message="hi")
        refused = (await receive_until(socket, "error"))[-1]
    assert (refused["id"], refused["error"]["code"]) == ("ninth", "connection_full")


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ("{not json", "json_malformed"),
        ("[1]", "body_not_an_object"),
        ('{"type": "sing"}', "frame_type_unknown"),
        ('{"type": "chat", "messages": []}', "field_too_few"),
        ('{"message": "x", "image": "binary"}', "frame_binary_missing"),
        ('{"message": "x", "image_base64": "!!!"}', "picture_bad_base64"),
        ('{"message": "x", "modle": "echo"}', "field_unknown_nearest"),
    ],
)
async def test_a_broken_frame_is_answered_and_the_connection_lives(
    uvicorn_server: ServerProcess, broken: str, code: str
) -> None:
    async with connect(f"{uvicorn_server.socket_url}/ws/chat/") as socket:
        await socket.send(broken)
        frame = await receive(socket)
        assert (frame["type"], frame["error"]["code"]) == ("error", code)
        await send(socket, message="still here")
        assert (await receive_until(socket, "done"))[-1]["content"] == "still here"


async def closing_code(url: str, **options: Any) -> int | None:
    async with connect(url, **options) as socket:
        await asyncio.wait_for(read_to_end(socket), 10)
        return socket.close_code


async def read_to_end(socket: ClientConnection) -> None:
    with suppress(ConnectionClosed):
        while True:
            await socket.recv()


async def test_strangers_and_foreign_pages_are_shut_out(
    server: ServerProcess, locked_server: ServerProcess
) -> None:
    assert await closing_code(f"{server.socket_url}/ws/chat/", origin="http://evil.example") == 4403
    async with connect(f"{server.socket_url}/ws/chat/", origin=Origin(server.url)) as socket:
        await send(socket, type="ping")
        assert await receive(socket) == {"type": "pong"}
    url = f"{locked_server.socket_url}/ws/chat/"
    assert await closing_code(url) == 4401
    key = locked_server.keys["chat"]
    async with connect(url, subprotocols=[Subprotocol("qwen-vl"), Subprotocol(key)]) as socket:
        assert socket.subprotocol == "qwen-vl"
        await send(socket, type="analyze", id="a", image_base64="x", query="y")
        assert (await receive(socket))["error"]["code"] == "scope_missing"
    async with connect(url, additional_headers={"Authorization": f"Bearer {key}"}) as socket:
        await send(socket, message="hi")
        assert (await receive_until(socket, "done"))[-1]["content"] == "hi"


async def test_a_key_holds_so_many_connections_and_no_more(locked_server: ServerProcess) -> None:
    url = f"{locked_server.socket_url}/ws/chat/"
    key = {"Authorization": f"Bearer {locked_server.keys['chat']}"}
    async with AsyncExitStack() as held:
        for _ in range(SOCKETS_PER_CALLER):
            socket = await held.enter_async_context(connect(url, additional_headers=key))
        await send(socket, type="ping")
        assert await receive(socket) == {"type": "pong"}
        async with connect(url, additional_headers=key) as refused:
            assert (await receive(refused))["error"]["code"] == "too_many_sockets"
            await asyncio.wait_for(refused.wait_closed(), 10)
            assert refused.close_code == 4429
        other = {"Authorization": f"Bearer {locked_server.keys['everything']}"}
        for headers in (other, key):
            async with connect(url, additional_headers=headers) as welcome:
                await send(welcome, type="ping")
                assert await receive(welcome) == {"type": "pong"}
            await socket.close()


async def test_a_frame_over_the_limit_closes_the_connection(server: ServerProcess) -> None:
    url = f"{server.socket_url}/ws/chat/"
    async with connect(url, max_size=None) as socket:
        with suppress(ConnectionClosed):
            await socket.send(bytes(33 * 1024 * 1024))
        await asyncio.wait_for(socket.wait_closed(), 20)
        # daphne says 1009 too, but hangs up before a client that still sends can read it.
        assert socket.close_code == 1009 or server.kind == "daphne"
    assert server.status()["status"] == "ok"
