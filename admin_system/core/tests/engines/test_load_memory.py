"""A load takes the model and one shard, and an unload gives it back: a process of its own tells."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[4] / "scripts" / "checks" / "load_memory.py"
LOADS = 4
MARGIN = 25_000_000
"""Bytes for what is read besides the weights: the tokenizer, the headers, the module tree."""


def test_a_load_takes_one_shard_more_than_the_model_and_an_unload_gives_it_back() -> None:
    command = [sys.executable, str(SCRIPT), "--loads", str(LOADS), "--megabytes", "200"]
    ran = subprocess.run(command, capture_output=True, check=True, text=True, timeout=300)
    found = json.loads(ran.stdout.splitlines()[-1])
    assert found["shards"] >= 4
    assert found["model"] > 190_000_000
    assert found["peak"] < found["model"] + found["largest_shard"] + MARGIN
    after_two, after_all = found["rest"][1], found["rest"][-1]
    assert abs(after_all - after_two) < 0.05 * after_two
    assert after_all - found["before"] < 0.05 * found["model"]
