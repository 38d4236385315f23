"""Run all benchmarks of the engine, one after the other.

    python scripts/benchmarks/engine/all.py [--threads 2] [--quick]

On a busy machine: `QWEN_BENCHMARK_CLOCK=cpu OMP_NUM_THREADS=1 … --threads 1`. With `--quick` each
runs once and briefly: that shows that they run, and its figures say nothing.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

RUNS = (
    ("throughput.py", "--model", "random"),
    ("throughput.py", "--model", "miniature"),
    ("reuse.py", "--model", "random"),
    ("reuse.py", "--model", "miniature"),
    ("exactness.py", "--model", "random"),
    ("exactness.py", "--model", "miniature"),
    ("pauses.py",),
    ("served.py", "--model", "random"),
)
QUICK = {
    "throughput.py": ("--repeats", "1"),
    "reuse.py": ("--repeats", "1"),
    "exactness.py": ("--count", "4"),
    "pauses.py": ("--sentences", "40"),
    "served.py": ("--rounds", "1"),
}
QUICK_TOKENS = "8"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", default="2")
    parser.add_argument("--quick", action="store_true", help="briefly, to see that they run")
    given = parser.parse_args()
    here = Path(__file__).parent
    surroundings = dict(os.environ)
    if given.quick:
        surroundings.setdefault("QWEN_BENCHMARK_TOKENS", QUICK_TOKENS)
    for script, *options in RUNS:
        brief = QUICK.get(script, ()) if given.quick else ()
        command = [sys.executable, str(here / script), *options, *brief, "--threads", given.threads]
        subprocess.run(command, check=True, env=surroundings)


if __name__ == "__main__":
    main()
