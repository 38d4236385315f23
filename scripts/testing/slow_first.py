"""A pytest plugin for several processes of tests: files that wait for servers, browsers and whole
checks begin first, so that no process is left with one of them while the others have ended.

The order within each half stays random.
"""

from __future__ import annotations

import pytest

SLOW = ("scripts/checks/", "admin_system/tests/", "scripts/monitoring/", "scripts/test_scripts/")
"""Beginnings of paths below the project."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(SLOW))
