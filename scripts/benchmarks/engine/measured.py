"""The engine as the benchmarks run it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from admin_system.core.engines.local.engine import LocalEngine
from admin_system.core.types import ChatRequest, Delta, End, EngineSpec, StepWish, new_request_id
from scripts.benchmarks.engine.baseline import Timing
from scripts.benchmarks.engine.clock import clock
from scripts.benchmarks.engine.target import Target


@contextmanager
def loaded(
    target: Target,
    rows: int = 16,
    chunk: int | None = None,
    *,
    reuse: bool = True,
    steps: StepWish = "off",
) -> Iterator[LocalEngine]:
    spec = EngineSpec(
        "measured",
        "local",
        path=str(target.folder),
        device=target.device,
        precision=target.precision,
        max_batch=rows,
        max_waiting=1000,
        decode_steps=steps,
    )
    engine = LocalEngine(spec, chunk=chunk, reuse=reuse)
    engine.load(lambda progress: None)
    try:
        yield engine
    finally:
        engine.unload()


def run(engine: LocalEngine, requests: Sequence[ChatRequest]) -> Timing:
    """All at once."""

    async def answer(request: ChatRequest, began: float) -> tuple[float, int]:
        first, end = 0.0, None
        async for item in engine.submit(replace(request, id=new_request_id())):
            if isinstance(item, Delta) and not first:
                first = clock() - began
            elif isinstance(item, End):
                end = item
        return first, end.usage.completion_tokens if end else 0

    async def all_at_once() -> Timing:
        began = clock()
        answers = await asyncio.gather(*(answer(request, began) for request in requests))
        seconds = clock() - began
        firsts, tokens = zip(*answers, strict=True)
        return Timing(seconds, sum(tokens), tuple(firsts))

    return asyncio.run(all_at_once())
