"""The long checks of the library in a minute: a few kills, a few seconds of searches."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from admin_system.tests.house import ROOT


def run(script: str, *words: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "checks" / script, "--embedder", "hash", *words],
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


@pytest.mark.parametrize("process", ["run_jobs", "server"])
def test_an_import_that_is_killed_loses_nothing(process: str) -> None:
    result = run("kill_import.py", "--moments", "3", "--documents", "20", "--process", process)
    assert result["kills"] == 3
    assert result["passages"] > 0
    assert result["faults"] == []


def test_searches_never_err_while_documents_come_and_go() -> None:
    result = run("search_while_changing.py", "--seconds", "6")
    assert result["hits"] > 0
    assert result["removed"] > 0
    assert result["faults"] == []
