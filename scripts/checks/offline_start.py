"""Starts the service from wheels, without a network: a copy of the project, a user with nothing.

    python start_service.py --download-wheels WHEELS       where there is a network, once
    python scripts/checks/offline_start.py WHEELS [--again 3]

The namespace has no routes, the home folder is empty, pip's settings are gone. The first start
installs everything and answers; further ones are timed. Prints one line of JSON; ends with 1 where
something was wrong.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.checks.without_network import find_prefix, is_cut_off, run_without_network
from scripts.startup.environment import ROOT

PORT = 8000
START_SECONDS = 1800.0
ADDRESS = f"http://127.0.0.1:{PORT}"


def copy_project(target: Path) -> None:
    """What is kept in the repository, as it is now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def start_and_stop(project: Path, home: Path, wheels: Path) -> tuple[float, dict[str, Any]]:
    """Seconds until the model answered, and what it said of a picture. Raises RuntimeError."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "QWEN_VL_LANGUAGE": "en",
    }
    words = ["start_service.py", "--no-browser", "--port", str(PORT), "--offline", str(wheels)]
    began = time.monotonic()
    with (project / "said.txt").open("wb") as said:
        service = subprocess.Popen(
            [sys.executable, *words],
            cwd=project,
            env=environment,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    try:
        while not answers("/readyz"):
            if service.poll() is not None or time.monotonic() - began > START_SECONDS:
                told = (project / "said.txt").read_text("utf-8", "replace")
                raise RuntimeError(f"not ready:\n{told[-2000:]}")
            time.sleep(0.05)
        seconds = time.monotonic() - began
        return seconds, analyze(project / "docs" / "examples" / "shapes.png")
    finally:
        service.send_signal(signal.SIGINT)
        service.wait(30)


def answers(path: str) -> bool:
    try:
        with urllib.request.urlopen(ADDRESS + path, timeout=5) as answer:  # noqa: S310 - our own
            return bool(answer.status == 200)
    except (OSError, urllib.error.HTTPError):
        return False


def analyze(picture: Path) -> dict[str, Any]:
    body = {
        "image_base64": base64.b64encode(picture.read_bytes()).decode(),
        "query": "框出红色圆形",
        "detect": True,
    }
    request = urllib.request.Request(  # noqa: S310 - our own address
        f"{ADDRESS}/api/analyze",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
        said: dict[str, Any] = json.load(answer)
        return said


def run_inside(wheels: Path, again: int) -> dict[str, Any]:
    faults = [] if is_cut_off() else ["there is a route to elsewhere"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        project, home = Path(place) / "project", Path(place) / "home"
        copy_project(project)
        home.mkdir()
        first, said = start_and_stop(project, home, wheels)
        later = [round(start_and_stop(project, home, wheels)[0], 1) for _ in range(again)]
    if not said["boxes"]:
        faults.append(f"the circle was not found: {said}")
    return {
        "wheels": len(list(wheels.glob("*.whl"))),
        "gigabytes": round(sum(file.stat().st_size for file in wheels.iterdir()) / 1e9, 2),
        "first_start_seconds": round(first),
        "later_start_seconds": later,
        "boxes": said["boxes"],
        "faults": faults,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("wheels", type=Path)
    parser.add_argument("--again", type=int, default=3)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    wheels = options.wheels.resolve()
    if not options.inside:
        if not find_prefix():
            parser.error("this needs Linux, unshare and ip")
        words = [sys.executable, __file__, str(wheels), "--again", str(options.again), "--inside"]
        done = run_without_network(words)
        print(done.stdout, end="")
        return done.returncode
    result = run_inside(wheels, options.again)
    print(json.dumps(result, ensure_ascii=False))
    return 1 if result["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
