"""Lets monitor_service.py watch a busy service, which is killed once, and keeps what it drew.

    python scripts/checks/monitor_a_busy_service.py FOLDER [--seconds 60]

The charts are in FOLDER/charts, to be looked at. Prints one line of JSON; ends with 1 where
something was wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.checks.library_on_trial import PREFIX, ROOT, set_up, use_embedder
from scripts.checks.service_on_trial import ServiceOnTrial
from scripts.checks.traffic import Traffic


def run(folder: Path, target: Path, seconds: float) -> dict[str, Any]:
    with ServiceOnTrial(folder) as service, Traffic(service.url) as traffic:
        words = ["--url", service.url, "--interval", "1", "--duration", str(seconds), "--log"]
        settings = {f"{PREFIX}LOG_DIR": str(target), f"{PREFIX}LANGUAGE": "zh-hans"}
        monitor = subprocess.Popen(
            [sys.executable, ROOT / "monitor_service.py", *words],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        time.sleep(seconds / 2)
        service.server().kill()
        said, _ = monitor.communicate(timeout=seconds + 120)
    (log,) = target.glob("monitor_*.log")
    samples = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    states = Counter(sample["state"] for sample in samples)
    charts = [str(path.relative_to(target)) for path in (target / "charts").glob("*.png")]
    faults = list(traffic.faults)
    if not {"ok", "unreachable"} <= set(states):
        faults.append("the monitor did not see the service go and come back")
    if monitor.returncode or not charts:
        faults.append(f"the monitor ended with {monitor.returncode}: {said}")
    return {
        "samples": len(samples),
        "states": dict(states),
        "most_tokens_a_second": max((sample["speed"] or 0 for sample in samples), default=0),
        "answered": dict(traffic.answered),
        "charts": charts,
        "faults": faults,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="for the log and the charts; new or empty")
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        set_up(Path(folder))
        use_embedder("hash")
        result = run(Path(folder), options.folder.resolve(), options.seconds)
        print(json.dumps(result, ensure_ascii=False))
        return 1 if result["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
