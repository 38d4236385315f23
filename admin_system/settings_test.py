"""Settings of the tests: a data folder of their own, no model at start, quick password hashes."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from admin_system.env import PREFIX, Env

# What this machine's environment or `.env` says is no part of a test.
for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
    del os.environ[name]
Env.model_config["env_file"] = None
TEST_DIR = Path(tempfile.mkdtemp(prefix="admin_system_test_"))
atexit.register(shutil.rmtree, TEST_DIR, ignore_errors=True)
os.environ[f"{PREFIX}DATA_DIR"] = str(TEST_DIR / "data")
os.environ[f"{PREFIX}KNOWLEDGE_DIR"] = str(TEST_DIR / "knowledge")
os.environ[f"{PREFIX}LOG_DIR"] = str(TEST_DIR / "logs")

from admin_system.databases import to_postgres  # noqa: E402
from admin_system.minimal_settings import *  # noqa: E402, F403
from admin_system.minimal_settings import DATABASES  # noqa: E402

MONITOR = False

if url := os.environ.get("TEST_DATABASE_URL"):  # `scripts/testing/postgres.py`
    DATABASES["default"] = to_postgres(url)
else:
    # A file, as in production: in memory, two threads would lock each other out.
    DATABASES["default"]["TEST"] = {"NAME": TEST_DIR / "test.sqlite3"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
