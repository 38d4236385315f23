"""What PostgreSQL alone has; collected where the tests run on one."""

from __future__ import annotations

import os

from scripts.testing.postgres import TEST_DATABASE_URL

collect_ignore_glob = [] if os.environ.get(TEST_DATABASE_URL) else ["test_*.py"]
