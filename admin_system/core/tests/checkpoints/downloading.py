"""Downloads from the site of these tests, and looks at what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from admin_system.core.checkpoints import MINIATURE, inspect_checkpoint
from admin_system.core.checkpoints.downloads import download_model
from admin_system.core.errors import DownloadError
from admin_system.core.tests.checkpoints.conftest import RunningSite
from admin_system.core.tests.checkpoints.model_site import (
    PUBLIC,
)
from admin_system.core.types import LoadProgress

WEIGHTS = "model.safetensors"
SIZE = (MINIATURE / WEIGHTS).stat().st_size
CUT = 1_000_000
both_sources = pytest.mark.parametrize("source", ["hub", "modelscope"])


def download(site: RunningSite, target: Path, name: str = PUBLIC, **options: Any) -> list[float]:
    """What was reported, as fractions."""
    seen: list[LoadProgress] = []
    waits: list[float] = []
    given: dict[str, Any] = {"endpoint": site.url, "wait": waits.append} | options
    download_model(name, target, seen.append, **given)
    assert all(step.stage == "stage_downloading" for step in seen)
    return [step.fraction for step in seen]


def fault(site: RunningSite, target: Path, name: str = PUBLIC, **options: Any) -> DownloadError:
    with pytest.raises(DownloadError) as caught:
        download(site, target, name, **options)
    assert not target.exists()
    return caught.value


def assert_whole(target: Path) -> None:
    found = {path.name: path.read_bytes() for path in target.iterdir()}
    assert found[WEIGHTS] == (MINIATURE / WEIGHTS).read_bytes()
    assert set(found) < {path.name for path in MINIATURE.iterdir()}
    assert not {name for name in found if name.endswith((".py", ".bin", ".md", ".incomplete"))}
    assert inspect_checkpoint(target).family == "qwen3_vl"
    assert [path.name for path in target.parent.iterdir()] == [target.name]
