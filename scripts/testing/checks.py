"""The checks of the whole project, one after the other, and what came of each."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from scripts.startup.environment import ROOT
from scripts.testing.unsteady import FAILED, forget_failures, run_again

SIDE_BY_SIDE = ["--numprocesses=auto", "--maxprocesses=4", "--dist=loadfile"]
"""One process of tests a core; the tests of a file share their servers, so they stay together."""

POSTGRES_CORE = [
    "admin_system/knowledge_base/tests/test_document_life.py",
    "admin_system/knowledge_base/tests/test_topics.py",
    "admin_system/knowledge_base/tests/test_jobs.py",
    "admin_system/knowledge_base/tests/postgres",
    "admin_system/core/tests/test_conversations.py",
]
"""What every run sees on PostgreSQL too; `--postgres` runs all tests there."""

CHECKS = {
    "ruff-check": ["-m", "ruff", "check"],
    "ruff-format": ["-m", "ruff", "format", "--check"],
    "mypy": ["-m", "mypy"],
    "import-linter": ["lint-imports", "--no-logo"],
    "djade": ["djade", "--check", "--target-version", "5.2"],
    "migrations": ["manage.py", "makemigrations", "--check", "--dry-run"],
    "deployment": ["manage.py", "check", "--deploy", "--fail-level", "ERROR"],
    "pytest": ["-m", "pytest", "--durations=30", *SIDE_BY_SIDE],
    "pytest-postgres": ["-m", "scripts.testing.postgres", "-m", "pytest", *POSTGRES_CORE],
}
"""Name -> what the interpreter is given, or a program beside it; in the order of running."""


COVERAGE = ["--cov", "--cov-report="]
"""On request alone: counting lines takes a fifth of the run again."""


def run_checks(
    python: Path,
    names: Sequence[str],
    for_pytest: Sequence[str],
    *,
    no_skips: bool,
    coverage: bool = False,
    postgres: bool = False,
) -> int:
    """Runs all, whatever fails; 0 when every one passed. `postgres`: the tests keep their rows
    there instead of in SQLite."""
    if coverage:
        for_pytest = [*COVERAGE, *for_pytest]
    # One thread for each process: the cores are shared by the tests already.
    environment = {**os.environ, "PYTHONUTF8": "1", "OMP_NUM_THREADS": "1"}
    failed: list[str] = []
    for name in (name for name in CHECKS if name in names):
        print(f"== {name}", flush=True)
        begun = time.monotonic()
        if name == "pytest":
            forget_failures(ROOT)
        command = _command(name, python, for_pytest, no_skips=no_skips, postgres=postgres)
        code = subprocess.run(command, cwd=ROOT, env=environment).returncode
        if name == "pytest" and code == FAILED:
            code = run_again(_pytest(python, postgres), ROOT, environment)
        if code != 0:
            failed.append(name)
        outcome = "passed" if code == 0 else f"FAILED (exit code {code})"
        print(f"-- {name} {outcome}, {time.monotonic() - begun:.0f} s\n", flush=True)
    if coverage and "pytest" in names:
        _say_coverage(python)
    if failed:
        print(f"FAILED: {', '.join(failed)}", flush=True)
    else:
        print("All checks passed.", flush=True)
    return 1 if failed else 0


def _command(
    name: str, python: Path, for_pytest: Sequence[str], *, no_skips: bool, postgres: bool
) -> list[str | Path]:
    arguments: list[str | Path] = list(CHECKS[name])
    if arguments[0] == "manage.py":
        arguments.append("--settings=admin_system.settings_test")
    if name == "djade":
        arguments += [
            str(path) for path in sorted(ROOT.glob("admin_system/**/templates/**/*.html"))
        ]
    if name == "pytest":
        arguments += ["-p", "scripts.testing.no_skips"] if no_skips else ["-rs"]
        arguments += for_pytest
        return [*_pytest(python, postgres), *arguments[2:]]
    if name in {"djade", "import-linter"}:
        return [python.parent / arguments[0], *arguments[1:]]
    return [python, *arguments]


def _pytest(python: Path, postgres: bool) -> list[str | Path]:
    return [python, *(["-m", "scripts.testing.postgres"] if postgres else []), "-m", "pytest"]


def _say_coverage(python: Path) -> None:
    asked = subprocess.run(
        [python, "-m", "coverage", "report", "--format=total"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if asked.returncode == 0:
        print(
            f"Coverage {asked.stdout.strip()} % (by file: .venv python -m coverage report)",
            flush=True,
        )
