"""Marks the tests that need more than Python packages."""

from __future__ import annotations

import os

import pytest

from scripts.testing.debian import INSTALL, missing_packages
from scripts.testing.postgres import TEST_DATABASE_URL

of_sqlite = pytest.mark.skipif(
    bool(os.environ.get(TEST_DATABASE_URL)), reason="of SQLite's file; the tests are on PostgreSQL"
)


def needs(package: str) -> pytest.MarkDecorator:
    """Skips a test where a Debian package is missing, saying which and how to get it."""
    return pytest.mark.skipif(
        package in missing_packages(), reason=f"needs {package}; install it with: {INSTALL}"
    )
