"""The address of a database as Django's settings; PostgreSQL is asked for by it alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from admin_system.api.tests.server import environment
from admin_system.databases import to_postgres
from admin_system.env import BASE_DIR, WrongSetting

URL = "postgresql://qwen:p%40ss%2Fword@db.example.com:5433/library?sslmode=require"


def test_an_address_says_all_that_a_connection_needs() -> None:
    found = to_postgres(URL)
    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert (found["USER"], found["PASSWORD"]) == ("qwen", "p@ss/word")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example.com", "5433", "library")
    assert found["OPTIONS"].pop("pool")["max_size"] > 1
    assert str(os.getpid()) in found["OPTIONS"].pop("application_name")
    assert found["OPTIONS"] == {"sslmode": "require"}


def test_a_socket_in_a_folder_may_be_the_host() -> None:
    found = to_postgres("postgresql://postgres:@/library?host=/run/postgresql")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("/run/postgresql", "", "library")
    assert "host" not in found["OPTIONS"]


@pytest.mark.parametrize("url", ["postgresql://host", "postgresql://host:port/name"])
def test_an_address_that_cannot_be_meant_is_told_by_its_setting(url: str) -> None:
    with pytest.raises(WrongSetting, match="QWEN_VL_DATABASE_URL"):
        to_postgres(url)


def test_sqlite_needs_nothing_of_postgres(tmp_path: Path) -> None:
    """unfold imports the driver wherever it is installed; the pool is ours alone."""
    asked = "import django; django.setup(); import sys; print('psycopg_pool' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=BASE_DIR,
        env=environment(tmp_path, DATABASE_URL=""),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["False"]
