"""Marks the tests that need more than Python packages."""

from __future__ import annotations

import pytest

from scripts.testing.debian import INSTALL, missing_packages


def needs(package: str) -> pytest.MarkDecorator:
    """Skips a test where a Debian package is missing, saying which and how to get it."""
    return pytest.mark.skipif(
        package in missing_packages(), reason=f"needs {package}; install it with: {INSTALL}"
    )
