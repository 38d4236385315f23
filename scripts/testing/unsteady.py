"""Tests that failed, asked once more by themselves.

Thousands of tests with real servers on a busy machine: what is broken fails twice, and what passes
then is told by name, as CPython's `regrtest --rerun` does it.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

FAILED = 1
"""What pytest ends with when tests failed, and for no other reason."""
FEW = 20
"""More than that are no accident and are not run again."""


def forget_failures(root: Path) -> None:
    """Before a run, so that what is found after it is of that run."""
    _file(root).unlink(missing_ok=True)


def run_again(command: Sequence[str | Path], root: Path, environment: Mapping[str, str]) -> int:
    """Runs the few that failed in the last run, in the order of their files; pytest's exit code.
    `command`: what runs pytest, without the names of tests."""
    names = list(json.loads(_file(root).read_text("utf-8"))) if _file(root).exists() else []
    if not 0 < len(names) <= FEW:
        return FAILED
    print(f"== pytest again, {len(names)} that failed, by themselves", flush=True)
    code = subprocess.run(
        [*command, "-p", "no:randomly", *names], cwd=root, env=dict(environment)
    ).returncode
    if code == 0:
        print("UNSTEADY, failed and passed by themselves:", *names, sep="\n  ", flush=True)
    return code


def _file(root: Path) -> Path:
    return root / ".pytest_cache" / "v" / "cache" / "lastfailed"
