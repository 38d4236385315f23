"""Fixtures of core's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from admin_system.core import catalog
from admin_system.core.models import ModelConfig
from admin_system.core.service import ModelService


@pytest.fixture
def service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> Iterator[ModelService]:
    """The catalog's service, with no model known yet; other threads see what is written."""
    service = ModelService(tmp_path / "model.lock")
    monkeypatch.setattr(catalog, "get_service", lambda: service)
    ModelConfig.objects.all().delete()
    yield service
    service.close()


@pytest.fixture
def topics(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two topics, as the library would tell of them."""
    names = {3: "手册", 8: "Orders"}
    monkeypatch.setattr("admin_system.core.topics._source", [lambda: names])
