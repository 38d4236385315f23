"""Print T, tokens a second against lock + generate, and F, how soon the first token comes.

    python scripts/benchmarks/engine/throughput.py [--model random] [--threads 2] [--repeats 3]
        [--steps on]

Baseline and engine take turns in one process, so that whatever else the machine does meets both;
each figure is the median over the repeats.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from statistics import median, quantiles

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from admin_system.core.types import StepWish
from scripts.benchmarks.engine.baseline import Baseline, Timing
from scripts.benchmarks.engine.measured import loaded, run
from scripts.benchmarks.engine.models import find_model
from scripts.benchmarks.engine.questions import NEW_TOKENS, make_requests

AT_ONCE = (1, 4, 16)


def measure(name: str, kinds: tuple[str, ...], repeats: int, steps: StepWish) -> None:
    folder = find_model(name)
    baseline = Baseline(folder)
    with loaded(folder, rows=max(AT_ONCE), steps=steps) as engine:
        for kind in kinds:
            baseline.run(make_requests(1, kind), 8)
            run(engine, make_requests(4, kind))
            for count in AT_ONCE:
                pairs = []
                for repeat in range(repeats):
                    requests = make_requests(count, kind, first=1000 * repeat + count)
                    pairs.append((baseline.run(requests, NEW_TOKENS), run(engine, requests)))
                tell(f"{name} {kind} {count:2d} at once", pairs)


def tell(what: str, pairs: list[tuple[Timing, Timing]]) -> None:
    ratio = median(ours.rate / theirs.rate for theirs, ours in pairs)
    theirs, ours = (median(pair[side].rate for pair in pairs) for side in (0, 1))
    firsts = [median(median(pair[side].first_tokens) for pair in pairs) for side in (0, 1)]
    late = median(highest(pair[1].first_tokens) for pair in pairs)
    print(
        f"{what}: T {ratio:.2f} ({theirs:.0f} -> {ours:.0f} tokens/s), median first token "
        f"{firsts[0]:.3f} -> {firsts[1]:.3f} s ({firsts[1] / firsts[0]:.2f}), p95 {late:.3f} s",
        flush=True,
    )


def highest(values: tuple[float, ...]) -> float:
    """The 95th percentile."""
    return quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="random", choices=["random", "miniature"])
    parser.add_argument("--threads", type=int, default=0, help="of torch; 0 leaves it its choice")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--kinds", default="text,mixed")
    parser.add_argument(
        "--steps", default="off", choices=["off", "on"], help="whether answers go on in fixed sizes"
    )
    given = parser.parse_args()
    if given.threads:
        torch.set_num_threads(given.threads)
    measure(given.model, tuple(given.kinds.split(",")), given.repeats, given.steps)


if __name__ == "__main__":
    main()
