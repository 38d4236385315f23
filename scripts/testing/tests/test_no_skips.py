"""A complete run does not let a skipped test pass unseen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SKIPPED = """
import pytest

@pytest.mark.skipif(True, reason="needs what is not here")
def test_one(): ...

def test_two(): ...
"""


@pytest.mark.parametrize(("plugin", "code"), [([], 0), (["-p", "scripts.testing.no_skips"], 10)])
def test_a_skipped_test_fails_a_complete_run(tmp_path: Path, plugin: list[str], code: int) -> None:
    file = tmp_path / "test_made_up.py"
    file.write_text(SKIPPED, encoding="utf-8")
    empty = tmp_path / "pytest.ini"
    empty.write_text("[pytest]\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", empty, *plugin, file],
        cwd=ROOT,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stdout
    assert ("test_one: Skipped: needs what is not here" in done.stdout) == bool(plugin)
    assert "1 passed, 1 skipped" in done.stdout
