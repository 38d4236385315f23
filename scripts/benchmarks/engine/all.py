"""Run all benchmarks of the engine, one after the other.

    python scripts/benchmarks/engine/all.py [--threads 2]

On a busy machine: `QWEN_BENCHMARK_CLOCK=cpu OMP_NUM_THREADS=1 … --threads 1`.
"""

from __future__ import annotations

import argparse
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


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", default="2")
    threads = parser.parse_args().threads
    here = Path(__file__).parent
    for script, *options in RUNS:
        command = [sys.executable, str(here / script), *options, "--threads", threads]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
