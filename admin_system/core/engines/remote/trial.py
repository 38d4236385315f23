"""A service elsewhere on trial: whether it answers, what it is, and which fields it drops."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass, replace

from admin_system.core.engines.remote.engine import RemoteEngine
from admin_system.core.engines.remote.upstream import Upstream
from admin_system.core.errors import CoreError, UpstreamError
from admin_system.core.types import (
    ChatRequest,
    EngineSpec,
    JsonFormat,
    Message,
    Sampling,
    Tool,
    ToolWish,
)
from admin_system.core.upstreams import UpstreamAddress, without_user

PATIENCE = 20.0
"""Seconds for one question."""
AT_ONCE = 8
HELLO = (Message.of_text("user", "Say hello."),)
SHORT = Sampling(temperature=0, max_tokens=16)
LONGER = replace(SHORT, max_tokens=64)
TOOLS = ToolWish((Tool("greet", "Says hello", '{"type": "object", "properties": {}}'),), "required")
FIELDS = {
    "n": ChatRequest(HELLO, replace(SHORT, n=2)),
    "logprobs": ChatRequest(HELLO, replace(SHORT, logprobs=0)),
    "tools": ChatRequest(HELLO, LONGER, tools=TOOLS),
    "response_format": ChatRequest(HELLO, LONGER, format=JsonFormat()),
}


@dataclass(frozen=True, slots=True)
class Trial:
    """What was found out; empty from where a fault ended it."""

    url: str
    models: tuple[str, ...] = ()
    server: str = ""
    """As it names itself, with its version; empty where it does not."""
    latency: float | None = None
    """Seconds until the first words."""
    unheeded: tuple[str, ...] = ()
    """Fields that it drops or refuses, or does not answer in time."""
    fault: CoreError | None = None


def try_upstreams(spec: EngineSpec) -> list[Trial]:
    """Blocks; all at the same time. Nothing is loaded there."""
    addresses = spec.upstreams
    with ThreadPoolExecutor(AT_ONCE, "trial") as threads:
        return list(threads.map(lambda address: try_upstream(spec, address), addresses))


def try_upstream(spec: EngineSpec, address: UpstreamAddress) -> Trial:
    found = Trial(without_user(address.url))
    alone = replace(
        spec,
        upstream_url=address.url,
        upstream_model=address.model,
        upstream_key=address.key,
        further_upstreams=(),
        upstream_is_ours=False,
    )
    engine = RemoteEngine(alone)
    try:
        models, server = Upstream(address, ours=False).introduce()
        found = replace(found, models=models, server=server)
        engine.load(lambda progress: None)
        found = replace(found, latency=asyncio.run(_first_words(engine)))
        return replace(found, unheeded=tuple(asyncio.run(_find_unheeded(engine, FIELDS))))
    except CoreError as error:
        return replace(found, fault=error)
    finally:
        engine.unload()


async def _first_words(engine: RemoteEngine) -> float:
    """Raises CoreError."""
    since = time.monotonic()
    try:
        async with (
            asyncio.timeout(PATIENCE),
            aclosing(engine.submit(ChatRequest(HELLO, SHORT))) as answer,
        ):
            await anext(answer)
    except TimeoutError:
        raise UpstreamError("upstream_too_slow", seconds=int(PATIENCE)) from None
    return time.monotonic() - since


async def _find_unheeded(engine: RemoteEngine, fields: dict[str, ChatRequest]) -> Sequence[str]:
    unheeded: list[str] = []
    for name, request in fields.items():
        try:
            async with asyncio.timeout(PATIENCE), aclosing(engine.submit(request)) as answer:
                async for _ in answer:
                    pass
        except (CoreError, TimeoutError):
            unheeded.append(name)
    return unheeded
