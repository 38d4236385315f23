"""The clock of the benchmarks: the wall's, or the processor time of this process.

On a machine that does other work too only processor time, with one thread of torch, tells the same
twice: `QWEN_BENCHMARK_CLOCK=cpu`.
"""

from __future__ import annotations

import os
import time

clock = time.process_time if os.environ.get("QWEN_BENCHMARK_CLOCK") == "cpu" else time.perf_counter
"""Seconds."""
