"""The checks of the whole project, one after the other, and what came of each."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from scripts.startup.environment import ROOT
from scripts.testing.unsteady import FAILED, forget_failures, run_again

SIDE_BY_SIDE = [
    f"--numprocesses={min(4, (os.cpu_count() or 1) + 1)}",
    *("--dist=loadfile", "--no-loadscope-reorder", "-p", "scripts.testing.slow_first"),
]
"""One process of tests more than there are cores, since many wait for a server or a browser; the
tests of a file share their servers, so they stay together."""

POSTGRES_CORE = [
    "admin_system/knowledge_base/tests/test_document_life.py",
    "admin_system/knowledge_base/tests/test_topics.py",
    "admin_system/knowledge_base/tests/test_editing.py",
    "admin_system/knowledge_base/tests/test_jobs.py",
    "admin_system/knowledge_base/tests/postgres",
    "admin_system/core/tests/postgres",
    "admin_system/api/tests/test_websocket.py",
    "admin_system/api/tests/test_kept_turns.py",
    "admin_system/tests/pages/test_knowledge.py",
    "admin_system/core/tests/test_conversations.py",
]
"""What every run sees on PostgreSQL and Redis too; `--postgres --redis` runs all tests there."""
SERVERS = ("postgres", "redis")
"""That tests can be run with."""

CHECKS = {
    "ruff-check": ["-m", "ruff", "check"],
    "ruff-format": ["-m", "ruff", "format", "--check"],
    "mypy": ["-m", "mypy"],
    "import-linter": ["lint-imports", "--no-logo"],
    "djade": ["djade", "--check", "--target-version", "5.2"],
    "migrations": ["manage.py", "makemigrations", "--check", "--dry-run"],
    "deployment": ["manage.py", "check", "--deploy", "--fail-level", "ERROR"],
    "pytest": ["-m", "pytest", "--durations=30", *SIDE_BY_SIDE],
    "pytest-postgres": ["-m", "pytest", "--numprocesses=2", "--dist=loadfile", *POSTGRES_CORE],
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
    servers: Sequence[str] = (),
) -> int:
    """Runs all, whatever fails; 0 when every one passed. `servers` of SERVERS: the tests keep their
    rows in PostgreSQL instead of SQLite, servers under test share their counts in Redis."""
    if coverage:
        for_pytest = [*COVERAGE, *for_pytest]
    # One thread for each process: the cores are shared by the tests already.
    environment = {**os.environ, "PYTHONUTF8": "1", "OMP_NUM_THREADS": "1"}
    # Else each of some hundred processes would compile the whole project: a second of a core.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    failed: list[str] = []
    for name in (name for name in CHECKS if name in names):
        print(f"== {name}", flush=True)
        begun = time.monotonic()
        beside = SERVERS if name == "pytest-postgres" else servers
        forget_failures(ROOT)
        command = _command(name, python, for_pytest, no_skips=no_skips, servers=beside)
        code = subprocess.run(command, cwd=ROOT, env=environment).returncode
        if name.startswith("pytest") and code == FAILED:
            code = run_again(_pytest(python, beside), ROOT, environment)
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
    name: str, python: Path, for_pytest: Sequence[str], *, no_skips: bool, servers: Sequence[str]
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
        return [*_pytest(python, servers), *arguments[2:]]
    if name == "pytest-postgres":
        return [*_pytest(python, servers), *arguments[2:]]
    if name in {"djade", "import-linter"}:
        return [python.parent / arguments[0], *arguments[1:]]
    return [python, *arguments]


def _pytest(python: Path, servers: Sequence[str]) -> list[str | Path]:
    around = [part for name in servers for part in ("-m", f"scripts.testing.{name}")]
    return [python, *around, "-m", "pytest"]


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
