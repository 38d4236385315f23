"""A failed test is asked once more: what is broken stays a failure, what is unsteady is told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.testing.unsteady import FAILED, forget_failures, run_again

COMMAND = [sys.executable, "-m", "pytest", "-q"]
BARE = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
UNSTEADY = """
from pathlib import Path

def test_unsteady():
    mark = Path(__file__).with_name("ran")
    ran = mark.exists()
    mark.touch()
    assert ran
"""
BROKEN = "def test_broken():\n    assert 1 == 2\n"


def run(folder: Path, text: str) -> int:
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_it.py").write_text(text)
    first = subprocess.run(COMMAND, cwd=folder, env=BARE).returncode
    return run_again(COMMAND, folder, BARE) if first == FAILED else first


def test_what_passes_alone_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, UNSTEADY) == 0
    assert "UNSTEADY, failed and passed by themselves:\n  test_it.py::test_unsteady" in (
        capfd.readouterr().out
    )


def test_what_is_broken_stays_so_beside_it(tmp_path: Path) -> None:
    assert run(tmp_path, UNSTEADY + BROKEN) == FAILED


def test_many_failures_are_no_accident(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    many = "\n".join(f"def test_{at}():\n    assert {at} < 0\n" for at in range(21))
    assert run(tmp_path, many) == FAILED
    assert "pytest again" not in capfd.readouterr().out


def test_failures_of_an_earlier_run_are_forgotten(tmp_path: Path) -> None:
    run(tmp_path, BROKEN)
    forget_failures(tmp_path)
    assert run_again(COMMAND, tmp_path, BARE) == FAILED  # none is known
