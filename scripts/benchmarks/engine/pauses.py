"""Print S, the longest pause of eight running streams while a long prompt is read.

Beside it stands what it may be: three ordinary steps and one chunk, which shall take `SECONDS`; and
how long the chunks took. A pause is what lies between two tokens of a running answer, the
ends of two passes. Between two pieces of text lies more here: many tokens of a random model are
parts of a character, which are held back until it is whole.

python scripts/benchmarks/engine/pauses.py [--model random] [--threads 2] [--device cuda:0]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from itertools import pairwise
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from admin_system.core.engines.local.budget import SECONDS, Budget
from admin_system.core.engines.local.engine import LocalEngine
from admin_system.core.types import ChatRequest, Delta, Message, Sampling, new_request_id
from scripts.benchmarks.engine.clock import clock
from scripts.benchmarks.engine.measured import loaded
from scripts.benchmarks.engine.questions import WORDS, make_requests
from scripts.benchmarks.engine.ratios import tell_ratio
from scripts.benchmarks.engine.target import add_options, read_target

STREAMS = 8
SETTLED = 40
"""Deltas of every stream before the long prompt comes."""
SENTENCES = 260
"""About 4,000 tokens."""


async def watch(engine: LocalEngine, request: ChatRequest, times: list[float]) -> None:
    """Notes when each delta came."""
    async for item in engine.submit(request):
        if isinstance(item, Delta):
            times.append(clock())


class Chunks:
    """How long the passes took that read prompts, as the engine itself measures them."""

    def __init__(self) -> None:
        self.passes: list[tuple[int, float]] = []
        """Tokens of prompts, seconds."""
        self.ends: list[float] = []
        """Of all passes, those too that read no prompt."""
        learn = Budget.learn

        def noting(budget: Budget, tokens: int, seconds: float) -> None:
            self.ends.append(clock())
            if tokens:
                self.passes.append((tokens, seconds))
            learn(budget, tokens, seconds)

        Budget.learn = noting  # type: ignore[method-assign,assignment]


async def measure(
    engine: LocalEngine, chunks: Chunks, sentences: int, tokens: int
) -> tuple[float, float, float, float]:
    """Seconds: an ordinary step, the longest pause between tokens and between pieces of text, the
    first token of the long prompt."""
    sampling = Sampling(temperature=0, max_tokens=tokens)
    requests = make_requests(STREAMS, "text", sampling)
    times: list[list[float]] = [[] for _ in requests]
    streams = [
        asyncio.create_task(watch(engine, request, told))
        for request, told in zip(requests, times, strict=True)
    ]
    settled = min(SETTLED, tokens // 10)
    while min(len(told) for told in times) < settled:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    chunks.passes.clear()
    quiet = clock()
    message = Message.of_text("user", WORDS * sentences)
    long = ChatRequest((message,), Sampling(temperature=0, max_tokens=1), id=new_request_id())
    told: list[float] = []
    await watch(engine, long, told)
    read = clock()
    await asyncio.gather(*streams)
    gaps = [(b, b - a) for one in times for a, b in pairwise(one)]
    step = median(gap for at, gap in gaps if at < quiet)
    pieces = max((gap for at, gap in gaps if quiet <= at <= read), default=0.0)
    pause = max(b - a for a, b in pairwise(chunks.ends) if quiet <= b <= read)
    return step, pause, pieces, (told[0] if told else read) - quiet


def main() -> None:
    parser = argparse.ArgumentParser()
    add_options(parser)
    parser.add_argument("--sentences", type=int, default=SENTENCES, help="of the long prompt")
    parser.add_argument("--tokens", type=int, default=400, help="of each running answer")
    given = parser.parse_args()
    chunks = Chunks()
    with loaded(read_target(given), rows=STREAMS + 1, steps="auto") as engine:
        asyncio.run(watch(engine, make_requests(1, "text")[0], []))
        step, pause, pieces, first = asyncio.run(
            measure(engine, chunks, given.sentences, given.tokens)
        )
    tokens, seconds = zip(*chunks.passes, strict=True)
    slowest = ", ".join(f"{1e3 * one:.0f}" for one in sorted(seconds)[-5:])
    print(
        f"{given.model} S: a step {1e3 * step:.0f} ms, longest pause {1e3 * pause:.0f} ms, "
        f"between pieces of text {1e3 * pieces:.0f} ms, "
        f"may be {1e3 * (3 * step + SECONDS):.0f} ms; {sum(tokens)} tokens are read in "
        f"{first:.1f} s and {len(tokens)} chunks of {min(tokens)} to {max(tokens)} tokens, "
        f"{1e3 * median(seconds):.0f} ms, the slowest {slowest} ms"
    )
    tell_ratio(f"S {given.model}, of what it may be", pause / (3 * step + SECONDS), "<= 1.0")


if __name__ == "__main__":
    main()
