"""An OpenAI-compatible service in plain ASGI, backed by the echo engine, for the remote one."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import aclosing, contextmanager
from typing import Any

import uvicorn

from admin_system.core.engines.echo import EchoEngine
from admin_system.core.errors import ContextTooLong
from admin_system.core.images import read_base64_picture
from admin_system.core.types import (
    ChatRequest,
    Delta,
    EngineSpec,
    Message,
    PicturePart,
    Sampling,
    TextPart,
)

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Coroutine[None, None, dict[str, Any]]]

State = tuple[str, str | None]
"""State and name of the model, as /api/status tells them."""

REFUSALS = {"refuse-busy": 429, "refuse-bad": 400, "refuse-broken": 500}
KEY = "right-key"


class Upstream:
    """What the last question says decides how it answers: see REFUSALS, break-off and nonsense."""

    def __init__(self) -> None:
        self.engine = EchoEngine(EngineSpec("upstream", "echo"))
        self.engine.load(lambda progress: None)
        self.bodies: list[dict[str, Any]] = []
        self.hung_up = threading.Event()
        self.service_calls: list[tuple[str, Any]] = []
        self.states: Iterator[State] = iter([])
        self.state: State = ("ready", "model-a")
        self.error: str | None = None
        self.told: dict[str, Any] = {}
        """Of its model, by /api/status."""
        self.card: dict[str, Any] = {
            "id": "model-a",
            "family": "qwen2_vl",
            "max_model_len": 8192,
        }

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        body = b""
        more = True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        headers = dict(scope["headers"])
        path = scope["path"]
        if headers.get(b"authorization") != f"Bearer {KEY}".encode():
            await answer(send, 401, {"error": {"message": "who are you?"}})
        elif path == "/v1/models":
            await answer(send, 200, {"object": "list", "data": [self.card] if self.card else []})
        elif path == "/api/status":
            self.state = next(self.states, self.state)
            state, name = self.state
            error = {"message": self.error} if self.error else None
            status = {"state": state, "name": name, "progress": 0.5, "error": error, **self.told}
            await answer(send, 200, {"status": "ok", "model": status})
        elif path.startswith("/api/service/"):
            self.service_calls.append((path.rsplit("/", 1)[1], json.loads(body or b"null")))
            await answer(send, 202, {"name": "model-a", "state": "loading"})
        else:
            await self.complete(json.loads(body), receive, send)

    async def complete(self, body: dict[str, Any], receive: Receive, send: Send) -> None:
        self.bodies.append(body)
        request = to_request(body)
        asked = request.messages[-1].text
        if asked in REFUSALS:
            fault = {"error": {"message": f"told to {asked}"}}
            await answer(send, REFUSALS[asked], fault, {b"retry-after": b"7"})
            return
        stream = asyncio.create_task(self.stream(request, asked, send))
        hang_up = asyncio.create_task(receive())
        await asyncio.wait({stream, hang_up}, return_when=asyncio.FIRST_COMPLETED)
        left = not stream.done()
        stream.cancel()
        hang_up.cancel()
        await asyncio.gather(stream, hang_up, return_exceptions=True)
        if left:
            self.hung_up.set()

    async def stream(self, request: ChatRequest, asked: str, send: Send) -> None:
        started = False
        try:
            async with aclosing(self.engine.submit(request)) as pieces:
                async for piece in pieces:
                    if not started:
                        started = True
                        await begin(send)
                        await send_part(send, b": keep-alive\n\n")
                    if isinstance(piece, Delta):
                        await send_chunk(send, {"choices": [{"delta": {"content": piece.text}}]})
                        if asked.startswith("break-off"):
                            await send({"type": "http.response.body", "body": b""})
                            return
                        if asked == "nonsense":
                            await send_part(send, b"data: [1, 2\n\n")
                        if asked == "fault-inside":
                            await send_chunk(send, {"error": {"message": "fell over"}})
                        continue
                    end: dict[str, Any] = {"delta": {}, "finish_reason": piece.finish_reason}
                    await send_chunk(send, {"choices": [end]})
                    usage = {
                        "prompt_tokens": piece.usage.prompt_tokens,
                        "completion_tokens": piece.usage.completion_tokens,
                    }
                    await send_chunk(send, {"choices": [], "usage": usage})
                    last = b"" if asked == "no last word" else b"data: [DONE]\n\n"
                    await send({"type": "http.response.body", "body": last})
        except ContextTooLong as error:
            await answer(send, 400, {"error": {"message": "too long", "code": error.code}})


def to_request(body: dict[str, Any]) -> ChatRequest:
    messages = []
    for turn in body["messages"]:
        content = turn["content"] or ""
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
        messages.append(Message(turn["role"], tuple(map(to_part, parts))))
    named = {name: body[name] for name in ("max_tokens", "temperature", "seed") if name in body}
    return ChatRequest(tuple(messages), Sampling(**named, stop=tuple(body.get("stop", ()))))


def to_part(part: dict[str, Any]) -> TextPart | PicturePart:
    if part["type"] == "text":
        return TextPart(part["text"])
    return PicturePart(read_base64_picture(part["image_url"]["url"], max_pixels=10**8))


async def answer(
    send: Send, status: int, body: object, headers: dict[bytes, bytes] | None = None
) -> None:
    head = [(b"content-type", b"application/json"), *(headers or {}).items()]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


async def begin(send: Send) -> None:
    head = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": head})


async def send_chunk(send: Send, chunk: object) -> None:
    await send_part(send, f"data: {json.dumps(chunk)}\n\n".encode())


async def send_part(send: Send, part: bytes) -> None:
    await send({"type": "http.response.body", "body": part, "more_body": True})


@contextmanager
def running_upstream(upstream: Upstream | None = None) -> Iterator[tuple[Upstream, str]]:
    """The service and its address, ending in /v1."""
    upstream = upstream or Upstream()
    with serving(upstream) as url:
        yield upstream, url


@contextmanager
def serving(upstream: Upstream) -> Iterator[str]:
    """Its address, ending in /v1."""
    config = uvicorn.Config(
        upstream,
        port=0,
        lifespan="off",
        ws="none",
        log_level="critical",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/v1"
    server.should_exit = True
    thread.join()
