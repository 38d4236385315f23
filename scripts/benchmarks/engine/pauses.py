"""Print S, the longest pause of eight running streams while a long prompt is read.

python scripts/benchmarks/engine/pauses.py [--model random] [--threads 2]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from itertools import pairwise
from pathlib import Path
from statistics import median

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from admin_system.core.engines.local.engine import LocalEngine
from admin_system.core.types import ChatRequest, Delta, Message, Sampling, new_request_id
from scripts.benchmarks.engine.clock import clock
from scripts.benchmarks.engine.measured import loaded
from scripts.benchmarks.engine.models import find_model
from scripts.benchmarks.engine.questions import WORDS, make_requests

STREAMS = 8
LONG = WORDS * 260
"""About 4,000 tokens."""


async def watch(engine: LocalEngine, request: ChatRequest) -> list[float]:
    """When each delta came."""
    return [clock() async for item in engine.submit(request) if isinstance(item, Delta)]


async def measure(engine: LocalEngine) -> tuple[float, float, float]:
    """Seconds: an ordinary step, the longest pause, the first token of the long prompt."""
    sampling = Sampling(temperature=0, max_tokens=300)
    requests = make_requests(STREAMS, "text", sampling)
    streams = [asyncio.create_task(watch(engine, request)) for request in requests]
    await asyncio.sleep(2)
    quiet = clock()
    message = Message.of_text("user", LONG)
    long = ChatRequest((message,), Sampling(temperature=0, max_tokens=1), id=new_request_id())
    told = await watch(engine, long)
    read = clock()
    times = await asyncio.gather(*streams)
    gaps = [(b, b - a) for one in times for a, b in pairwise(one)]
    step = median(gap for at, gap in gaps if at < quiet)
    pause = max((gap for at, gap in gaps if quiet <= at <= read), default=0.0)
    return step, pause, (told[0] if told else read) - quiet


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="random", choices=["random"])
    parser.add_argument("--threads", type=int, default=0)
    given = parser.parse_args()
    if given.threads:
        torch.set_num_threads(given.threads)
    with loaded(find_model(given.model), rows=STREAMS + 1) as engine:
        asyncio.run(watch(engine, make_requests(1, "text")[0]))
        step, pause, first = asyncio.run(measure(engine))
    print(
        f"{given.model} S: a step {1e3 * step:.0f} ms, longest pause {1e3 * pause:.0f} ms while "
        f"about 4,000 tokens are read in {first:.1f} s"
    )


if __name__ == "__main__":
    main()
