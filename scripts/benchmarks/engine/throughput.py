"""Print T, tokens a second against lock + generate, and F, how soon the first token comes.

    python scripts/benchmarks/engine/throughput.py [--model random] [--threads 2] [--repeats 3]
        [--steps on]
    python scripts/benchmarks/engine/throughput.py --model 7b-int4 --device cuda:0 --steps auto
        --at-once 1,16,64

Baseline and engine take turns in one process, so that whatever else the machine does meets both;
each figure is the median over the repeats.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from admin_system.core.types import StepWish
from scripts.benchmarks.engine.baseline import Baseline, Timing
from scripts.benchmarks.engine.measured import loaded, run
from scripts.benchmarks.engine.questions import NEW_TOKENS, make_requests
from scripts.benchmarks.engine.ratios import tell_ratio
from scripts.benchmarks.engine.target import Target, add_options, read_numbers, read_target

GOALS = {("text", 1): 1.0, ("mixed", 1): 1.0, ("text", 16): 4.5, ("mixed", 16): 3.5}
"""T of the random model by kind and number."""
FIRST_GOAL = 0.2
"""The median first token at 16, of the baseline's."""


@dataclass(frozen=True, slots=True)
class Plan:
    kinds: tuple[str, ...]
    at_once: tuple[int, ...]
    repeats: int
    steps: StepWish


def measure(target: Target, plan: Plan) -> None:
    baseline = Baseline(target)
    with loaded(target, rows=max(plan.at_once), steps=plan.steps) as engine:
        for kind in plan.kinds:
            baseline.run(make_requests(1, kind), 8)
            run(engine, make_requests(max(4, *plan.at_once), kind))
            for count in plan.at_once:
                pairs = []
                for repeat in range(plan.repeats):
                    requests = make_requests(count, kind, first=1000 * repeat + count)
                    pairs.append((baseline.run(requests, NEW_TOKENS), run(engine, requests)))
                tell(target.name, kind, count, pairs)
        if (stats := engine.stats().decode) is not None:
            print(f"steps: {stats.reason or 'captured'}, {stats.sizes} sizes, {stats.attention}")


def tell(name: str, kind: str, count: int, pairs: list[tuple[Timing, Timing]]) -> None:
    what = f"{name} {kind} {count:2d} at once"
    ratio = median(ours.rate / theirs.rate for theirs, ours in pairs)
    theirs, ours = (median(pair[side].rate for pair in pairs) for side in (0, 1))
    firsts = [median(median(pair[side].first_tokens) for pair in pairs) for side in (0, 1)]
    late = median(highest(pair[1].first_tokens) for pair in pairs)
    print(
        f"{what}: T {ratio:.2f} ({theirs:.0f} -> {ours:.0f} tokens/s), median first token "
        f"{firsts[0]:.3f} -> {firsts[1]:.3f} s ({firsts[1] / firsts[0]:.2f}), p95 {late:.3f} s",
        flush=True,
    )
    goal = GOALS.get((kind, count)) if name == "random" else None
    tell_ratio(f"T {what}", ratio, f">= {goal}" if goal else "")
    if count == 16:
        tell_ratio(
            f"first token {what}",
            firsts[1] / firsts[0],
            f"<= {FIRST_GOAL}" if name == "random" else "",
        )


def highest(values: tuple[float, ...]) -> float:
    """The 95th percentile."""
    return quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def main() -> None:
    parser = argparse.ArgumentParser()
    add_options(parser)
    parser.add_argument("--at-once", type=read_numbers, default=(1, 4, 16))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--kinds", default="text,mixed")
    parser.add_argument(
        "--steps",
        default="auto",
        choices=["off", "auto", "on"],
        help="whether answers go on in fixed sizes",
    )
    given = parser.parse_args()
    kinds = tuple(given.kinds.split(","))
    measure(read_target(given), Plan(kinds, given.at_once, given.repeats, given.steps))


if __name__ == "__main__":
    main()
