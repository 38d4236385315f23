"""Print R, the first token of turn 5 without and with reuse, and I, a second question on a picture.

python scripts/benchmarks/engine/reuse.py [--model random] [--threads 2] [--repeats 3] [--device D]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from admin_system.core.engines.local.engine import LocalEngine
from admin_system.core.types import (
    ChatRequest,
    Delta,
    Message,
    PicturePart,
    Sampling,
    TextPart,
    new_request_id,
)
from scripts.benchmarks.engine.clock import clock
from scripts.benchmarks.engine.measured import loaded
from scripts.benchmarks.engine.questions import WORDS, make_picture
from scripts.benchmarks.engine.ratios import tell_ratio
from scripts.benchmarks.engine.target import add_options, read_target

TURNS = 5
SIDES = (448, 392)
"""Of the picture, in pixels: 224 tokens for the random model."""
SAMPLING = Sampling(temperature=0, max_tokens=12)


def ask(engine: LocalEngine, messages: tuple[Message, ...]) -> tuple[float, str]:
    """Seconds to the first token, and the answer."""

    async def answer() -> tuple[float, str]:
        began, first, text = clock(), 0.0, ""
        request = ChatRequest(messages, SAMPLING, id=new_request_id())
        async for item in engine.submit(request):
            if isinstance(item, Delta):
                first = first or clock() - began
                text += item.text
        return first, text

    return asyncio.run(answer())


def opening(seed: int) -> Message:
    picture = PicturePart(make_picture(*SIDES, seed=seed))
    return Message("user", (picture, TextPart(f"{seed}: {WORDS * 11}")))


def talk(engine: LocalEngine, seed: int) -> tuple[float, str]:
    """Of the last turn."""
    messages: tuple[Message, ...] = (opening(seed),)
    first, text = 0.0, ""
    for turn in range(TURNS):
        first, text = ask(engine, messages)
        further = Message.of_text("user", f"turn {turn}: {WORDS}")
        messages = (*messages, Message.of_text("assistant", text), further)
    return first, text


def ask_again(engine: LocalEngine, seed: int) -> tuple[float, float]:
    """The first and the second question on one picture; the words come before it."""
    picture = PicturePart(make_picture(*SIDES, seed=seed))
    times = []
    for question in ("what is above?", "which colour is left?"):
        message = Message("user", (TextPart(f"{question} {seed}"), picture))
        times.append(ask(engine, (message,))[0])
    return times[0], times[1]


def main() -> None:
    parser = argparse.ArgumentParser()
    add_options(parser)
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    target = read_target(given)
    with loaded(target, rows=4) as reusing, loaded(target, rows=4) as again:
        with loaded(target, rows=4, reuse=False) as plain:
            talk(plain, 1000), talk(reusing, 1000)
            pairs = [(talk(plain, seed), talk(reusing, seed)) for seed in range(given.repeats)]
        same = all(one[1] == other[1] for one, other in pairs)
        slow, fast = (median(pair[side][0] for pair in pairs) for side in (0, 1))
        ratio = median(one[0] / other[0] for one, other in pairs)
        print(
            f"{given.model} R {ratio:.1f}: first token of turn {TURNS} {slow:.3f} -> {fast:.3f} s, "
            f"answers {'identical' if same else 'DIFFER'}"
        )
        seen = [ask_again(again, 5000 + number) for number in range(given.repeats)]
        first, second = (median(pair[side] for pair in seen) for side in (0, 1))
        cache = again.stats().cache
        print(
            f"{given.model} I {first / second:.2f}: {first:.3f} -> {second:.3f} s, pictures found "
            f"{cache.picture_hit_rate if cache else None}"
        )
    tell_ratio(f"R {given.model}", ratio, ">= 9.0" if given.model == "random" else "")
    tell_ratio(f"I {given.model}", first / second, ">= 1.0")


if __name__ == "__main__":
    main()
