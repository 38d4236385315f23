"""Whichever server starts the site: its log says that nobody is asked for a key."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from admin_system.api.tests.server import environment
from admin_system.tests.house import ROOT


def test_an_open_door_is_told_once_by_what_every_server_imports(tmp_path: Path) -> None:
    """ASGI (uvicorn, daphne, gunicorn) and WSGI, here in one process."""
    settings = environment(tmp_path, ACCESS="open")
    settings["DJANGO_SETTINGS_MODULE"] = "admin_system.minimal_settings"
    program = "import admin_system.asgi, admin_system.wsgi"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=settings, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("ACCESS is open") == 1
