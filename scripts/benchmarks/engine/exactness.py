"""Print X, the share of answers whose tokens are those of `generate` alone, in float32.

    python scripts/benchmarks/engine/exactness.py [--model random] [--threads 1] [--device cuda:0]

Texts and pictures of six sizes, staggered, several chunk sizes, with and without reuse. All
families are held to 1.0 by admin_system/core/tests/engines/test_batches_equal_generate.py.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from admin_system.core.engines.local.engine import LocalEngine
from admin_system.core.types import ChatRequest, Delta, new_request_id
from scripts.benchmarks.engine.baseline import Baseline
from scripts.benchmarks.engine.measured import loaded
from scripts.benchmarks.engine.questions import NEW_TOKENS, make_requests
from scripts.benchmarks.engine.ratios import tell_ratio
from scripts.benchmarks.engine.target import add_options, read_target

WAYS = ((16, True), (64, False), (None, True))
"""Tokens of prompts at a time, and whether what was computed before is reused."""


async def answer_all(engine: LocalEngine, requests: list[ChatRequest]) -> list[str]:
    async def answer(number: int, request: ChatRequest) -> str:
        await asyncio.sleep(0.03 * (number % 5))
        request = replace(request, id=new_request_id())
        items = [item async for item in engine.submit(request)]
        return "".join(item.text for item in items if isinstance(item, Delta))

    return await asyncio.gather(*(answer(*one) for one in enumerate(requests)))


def main() -> None:
    parser = argparse.ArgumentParser()
    add_options(parser)
    parser.add_argument("--count", type=int, default=24, help="answers of each way")
    given = parser.parse_args()
    target = read_target(given)
    requests = make_requests(given.count, "mixed")
    baseline = Baseline(target)
    expected = []
    for request in requests:
        ids = baseline.generate(baseline.inputs(request), NEW_TOKENS)
        said: str = baseline.tokenizer.decode(ids, skip_special_tokens=True)
        expected.append(said.replace("\ufffd", ""))
    same = 0
    for chunk, reuse in WAYS:
        with loaded(target, rows=8, chunk=chunk, reuse=reuse) as engine:
            answers = asyncio.run(answer_all(engine, requests))
        pairs = zip(answers, expected, strict=True)
        same += sum(said.replace("\ufffd", "") == wanted for said, wanted in pairs)
    total = given.count * len(WAYS)
    print(f"{given.model} X {same / total:.3f}: {same} of {total} answers")
    tell_ratio(f"X {given.model}", same / total, ">= 1.0")


if __name__ == "__main__":
    main()
