"""Pictures made to break a reader are read or refused, within the budget of memory."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from admin_system.env import BASE_DIR

ROOM = 40
"""MiB for 4 million pixels, beyond what making the pictures took; 8 bytes a pixel more fail."""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space")
def test_hostile_pictures_keep_to_their_memory() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "admin_system.core.tests.hostile_pictures", str(ROOM)],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    outcomes = json.loads(done.stdout)
    assert len(outcomes) > 30
    assert {name: one for name, one in outcomes.items() if one[0] != one[1]} == {}
