"""Run all benchmarks of the engine, one after the other, and print one table of their ratios.

    python scripts/benchmarks/engine/all.py [--threads 2] [--quick]
    python scripts/benchmarks/engine/all.py --device cuda:0

On a card: T at 1, 16 and 64, R, S, U and G of a random 7B-sized model in four bits (6 GB in the
temporary folder), and X in float32. On a busy machine: `QWEN_BENCHMARK_CLOCK=cpu OMP_NUM_THREADS=1
… --threads 1`. With `--quick` each runs once and briefly, five minutes in all at most: that shows
that they run, and its figures say little. A part that fails is told, and the others go on.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from scripts.benchmarks.engine.ratios import find_ratios, is_met

HERE = Path(__file__).resolve().parent
Run = tuple[str, ...]

RUNS: tuple[Run, ...] = (
    ("throughput.py", "--model", "random"),
    ("throughput.py", "--model", "miniature"),
    ("reuse.py", "--model", "random"),
    ("reuse.py", "--model", "miniature"),
    ("exactness.py", "--model", "random"),
    ("exactness.py", "--model", "miniature"),
    ("pauses.py",),
    ("served.py", "--model", "random"),
)
ON_A_CARD: tuple[Run, ...] = (
    ("../decode_share.py", "--rows", "1,4,16,64"),
    ("throughput.py", "--model", "7b-int4", "--at-once", "1,16,64", "--kinds", "text"),
    ("pauses.py", "--model", "7b-int4"),
    ("reuse.py", "--model", "7b-int4"),
    ("exactness.py", "--model", "random"),
    ("served.py", "--model", "7b-int4"),
)
QUICK: dict[str, Run] = {
    "../decode_share.py": ("--size", "small", "--tokens", "8"),
    "throughput.py": ("--repeats", "1", "--at-once", "1,16", "--kinds", "mixed"),
    "reuse.py": ("--repeats", "1"),
    "exactness.py": ("--count", "4"),
    "pauses.py": ("--sentences", "40", "--tokens", "100"),
    "served.py": ("--rounds", "1", "--tries", "2"),
}
QUICK_TOKENS = "8"
QUICK_SECONDS = 280.0
"""For all parts together; what has not come to its end by then is stopped."""
PATIENCE = 15.0
"""Seconds that a part has to put its server away when it is stopped."""


@dataclass(frozen=True, slots=True)
class Told:
    lines: list[str]
    failure: str
    """Empty where there was none."""


def run_part(command: Run, surroundings: dict[str, str], seconds: float | None) -> Told:
    """Shows and returns what a part prints."""
    why = ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=surroundings) as part:
        try:
            told, _ = part.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            why = f"stopped after {seconds:.0f} s"
            part.send_signal(signal.SIGTERM if os.name == "nt" else signal.SIGINT)
            try:
                told, _ = part.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                part.kill()
                told, _ = part.communicate()
    text = told.decode("utf-8", "replace")
    print(text, end="", flush=True)
    if part.returncode and not why:
        why = f"ended with {part.returncode}"
    return Told(text.splitlines(), why)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", default="2")
    parser.add_argument("--device", default="cpu", help="cpu or cuda:N")
    parser.add_argument("--quick", action="store_true", help="briefly, to see that they run")
    given = parser.parse_args()
    surroundings = dict(os.environ)
    if given.quick:
        surroundings.setdefault("QWEN_BENCHMARK_TOKENS", QUICK_TOKENS)
    rows: list[tuple[str, str, str]] = []
    failed = False
    began = time.monotonic()
    runs = RUNS if given.device == "cpu" else ON_A_CARD
    for number, (script, *options) in enumerate(runs):
        brief = QUICK.get(script, ()) if given.quick else ()
        command = (sys.executable, str(HERE / script), *options, *brief, "--device", given.device)
        if not script.startswith(".."):
            command += ("--threads", given.threads)
        seconds = None
        if given.quick:  # an even share of what the parts before have left
            left = QUICK_SECONDS - time.monotonic() + began
            seconds = max(left / (len(runs) - number), 1.0)
        told = run_part(command, surroundings, seconds)
        if told.failure:
            failed = True
            rows.append((" ".join((script, *options)), told.failure, ""))
        for name, value, goal in find_ratios(told.lines):
            rows.append((name, f"{value:.2f}", goal if is_met(value, goal) else f"{goal} MISSED"))
    width = max(len(row[0]) for row in rows)
    print(f"\n{'ratio':{width}}  {'is':>8}  goal")
    for name, actual, goal in rows:
        print(f"{name:{width}}  {actual:>8}  {goal}")
    print(f"{time.monotonic() - began:.0f} s")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
