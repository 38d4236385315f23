"""What the settings promise: middleware on the event loop, a tuned database, one secret key."""

from __future__ import annotations

import logging
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from admin_system.api.tests.server import environment
from admin_system.env import BASE_DIR
from admin_system.secret_key import read_secret_key
from admin_system.settings import is_fault


@pytest.mark.parametrize("name", settings.MIDDLEWARE)
def test_every_middleware_can_run_on_the_event_loop(name: str) -> None:
    assert import_string(name).async_capable is True


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own settings")
@pytest.mark.django_db
def test_the_database_is_tuned() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone()[0] == "wal"
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone()[0] == 1  # NORMAL
        cursor.execute("PRAGMA foreign_keys")
        assert cursor.fetchone()[0] == 1
    assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_a_model_that_is_not_ready_is_no_fault_in_the_log() -> None:
    """Probes ask /readyz every second while it loads."""
    assert not is_fault(logging.makeLogRecord({"status_code": 503}))
    assert is_fault(logging.makeLogRecord({"status_code": 500}))


def test_processes_that_start_together_share_one_secret_key(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(read_secret_key, [path] * 8))
    assert keys == {path.read_text(encoding="ascii")}
    assert len(keys.pop()) >= 50


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permission bits")
def test_the_secret_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    read_secret_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_tests_do_not_touch_the_data_of_this_machine() -> None:
    assert "admin_system_test_" in os.environ["QWEN_VL_DATA_DIR"]
    assert "admin_system_test_" in str(settings.MEDIA_ROOT)


def test_checks_for_deployment_are_clean_behind_tls(tmp_path: Path) -> None:
    """With the settings that `deploy_production.py` writes for a site behind a proxy."""
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=BASE_DIR,
        env=environment(tmp_path, ACCESS="keys", HTTPS="true"),
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
