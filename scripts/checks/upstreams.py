"""The engine elsewhere against real servers: streams, cancels, errors, one killed under load.

    python scripts/checks/upstreams.py --start "vllm serve M --port {port}" --model M [--path /v1]
    (further: [--family qwen2_5_vl] [--ours] [--pictures] [--count 2] [--answers 40])

Starts the command `--count` times on free ports. Each is tried as by the button of the admin; then
answers stream, a reader leaves (the server's processor time says whether it stopped), a request is
refused, and one server is killed while answers stream and started again. Prints one line of JSON;
ends with 1 where a promise is broken.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shlex
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import aclosing
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import psutil

from admin_system.core.engines.remote.engine import RemoteEngine
from admin_system.core.engines.remote.trial import try_upstreams
from admin_system.core.errors import CoreError, LoadError, UpstreamError
from admin_system.core.tests.engines.conftest import draw_circle, ignore
from admin_system.core.types import (
    ChatRequest,
    Delta,
    End,
    EngineSpec,
    Message,
    PicturePart,
    Sampling,
    TextPart,
)
from admin_system.core.upstreams import UpstreamAddress

START = 180.0
"""Seconds for a server to come up."""
LONG = 400
"""Tokens of an answer that somebody leaves, or that loses its server."""
AT_REST = 0.2
"""Seconds of processor in one second: less of it is no generation."""


class Server:
    def __init__(self, command: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._words = shlex.split(command.format(port=self.port))
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._words, stdout=subprocess.DEVNULL, stderr=2)

    def kill(self) -> None:
        for process in self._all():
            process.kill()
        self._process.wait()

    def seconds(self) -> float:
        """Of the processor, so far."""
        return sum(sum(process.cpu_times()[:2]) for process in self._all())

    def _all(self) -> list[psutil.Process]:
        main = psutil.Process(self._process.pid)
        return [*main.children(recursive=True), main]


def say(text: str, tokens: int, *, picture: bool = False) -> ChatRequest:
    parts: tuple[Any, ...] = (TextPart(text),)
    if picture:
        parts = (PicturePart(draw_circle(320, 200)), *parts)
    return ChatRequest((Message("user", parts),), Sampling(temperature=0, max_tokens=tokens))


async def read(engine: RemoteEngine, request: ChatRequest) -> tuple[str, End]:
    text = ""
    async for item in engine.submit(request):
        if isinstance(item, End):
            return text, item
        text += item.text
    raise SystemExit("an answer has no end")


async def ask(engine: RemoteEngine, number: int, tokens: int) -> tuple[str, bool]:
    """How it ended: `whole` or a code; and whether words had come."""
    begun = False
    try:
        async for item in engine.submit(say(f"Count from {number}.", tokens)):
            begun = begun or isinstance(item, Delta)
    except CoreError as error:
        return error.code, begun
    return "whole", begun


def load(spec: EngineSpec) -> RemoteEngine:
    deadline = time.monotonic() + START
    while True:
        engine = RemoteEngine(spec)
        try:
            engine.load(ignore)
            if all(state.healthy for state in engine.stats().upstreams):
                return engine
        except LoadError:
            pass
        engine.unload()
        if time.monotonic() > deadline:
            raise SystemExit("the servers do not come up")
        time.sleep(1)


async def check_leaving(engine: RemoteEngine, servers: list[Server]) -> float:
    """Seconds of processor that all servers take in the second after the reader left."""
    async with aclosing(engine.submit(say("Tell a very long story.", LONG))) as answer:
        await anext(answer)
    await asyncio.sleep(1)
    before = sum(server.seconds() for server in servers)
    await asyncio.sleep(1)
    return sum(server.seconds() for server in servers) - before


async def check_refusal(engine: RemoteEngine) -> str:
    try:
        await read(engine, ChatRequest((Message.of_text("tool", "x"),), Sampling(max_tokens=1)))
    except UpstreamError as error:
        return f"{error.code} {error.status}"
    return "answered"


async def check_killing(
    engine: RemoteEngine, servers: list[Server], answers: int
) -> dict[str, Any]:
    """One server ends while answers stream: what becomes of those and of the later ones."""
    begun = [asyncio.create_task(ask(engine, number, LONG)) for number in range(4)]
    await asyncio.sleep(1)
    servers[0].kill()
    later = await asyncio.gather(*(ask(engine, number, 8) for number in range(4, 4 + answers)))
    early = await asyncio.gather(*begun)
    left_out = not engine.stats().upstreams[0].healthy
    servers[0].start()
    since, deadline = time.monotonic(), time.monotonic() + START
    while not engine.stats().upstreams[0].healthy and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    back = time.monotonic() - since
    before = engine.stats().upstreams[0].answered
    await asyncio.gather(*(ask(engine, number, 8) for number in range(100, 104)))
    return {
        "early": sorted(code for code, _ in early),
        "later": dict(Counter(code for code, _ in later)),
        "left_out": left_out,
        "back_after": round(back, 1),
        "answers_again": engine.stats().upstreams[0].answered - before,
    }


async def check(engine: RemoteEngine, servers: list[Server], chosen: argparse.Namespace) -> Any:
    first, second = [await read(engine, say("Say hello.", 12)) for _ in range(2)]
    found: dict[str, Any] = {
        "same": first[0] == second[0],
        "usage": [first[1].usage.prompt_tokens, first[1].usage.completion_tokens],
    }
    if chosen.pictures:
        _, end = await read(engine, say("What is it?", 12, picture=True))
        found["picture_tokens"] = end.usage.prompt_tokens - first[1].usage.prompt_tokens
    found["processor_after_leaving"] = round(await check_leaving(engine, servers), 2)
    found["refusal"] = await check_refusal(engine)
    return found | await check_killing(engine, servers, chosen.answers)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--start", required=True)
    parser.add_argument("--model", default="")
    parser.add_argument("--path", default="/v1")
    parser.add_argument("--family", default="")
    parser.add_argument("--ours", action="store_true", help="they are servers of this product")
    parser.add_argument("--pictures", action="store_true")
    parser.add_argument("--count", type=int, default=2)
    parser.add_argument("--answers", type=int, default=40)
    chosen = parser.parse_args()
    servers = [Server(chosen.start) for _ in range(chosen.count)]
    try:
        first, *others = [
            UpstreamAddress(f"http://127.0.0.1:{server.port}{chosen.path}", chosen.model)
            for server in servers
        ]
        spec = EngineSpec(
            "far",
            "remote",
            upstream_url=first.url,
            upstream_model=chosen.model,
            further_upstreams=tuple(others),
            family=chosen.family,
            upstream_is_ours=chosen.ours,
        )
        engine = load(spec)
        trial = try_upstreams(spec)[0]
        found: dict[str, Any] = {"server": trial.server, "unheeded": trial.unheeded}
        found["fault"] = trial.fault.code if trial.fault else None
        found |= asyncio.run(check(engine, servers, chosen))
        engine.unload()
    finally:
        for server in servers:
            server.kill()
    print(json.dumps(found, ensure_ascii=False))
    kept = (
        found["same"]
        and found["processor_after_leaving"] < AT_REST
        and set(found["later"]) == {"whole"}
        and found["left_out"]
        and found["answers_again"] > 0
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
