"""Searches beside additions and deletions find no foreign passage: the check, in short."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "scripts" / "checks" / "search_under_change.py"


@pytest.mark.parametrize("kind", ["flat", "ivf"])
def test_nothing_foreign_is_found_while_passages_come_and_go(kind: str) -> None:
    command = [sys.executable, str(SCRIPT), "--seconds", "3", "--passages", "1500", "--kind", kind]
    ran = subprocess.run(command, capture_output=True, check=False, text=True, timeout=120)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    found = json.loads(ran.stdout.splitlines()[-1])
    assert found["faults"] == []
    assert min(found["searches"], found["added"], found["deleted"]) > 0
