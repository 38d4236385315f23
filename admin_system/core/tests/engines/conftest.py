"""Engines of every kind, loaded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PIL import Image, ImageDraw

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.engines import create_engine
from admin_system.core.engines.base import Engine
from admin_system.core.tests.engines.upstream import KEY, Upstream, running_upstream
from admin_system.core.types import EngineSpec, LoadProgress, Picture


def ignore(progress: LoadProgress) -> None:
    """A report that nobody reads."""


@pytest.fixture(scope="module")
def upstream_service() -> Iterator[tuple[Upstream, str]]:
    with running_upstream() as running:
        yield running


@pytest.fixture
def local_spec() -> EngineSpec:
    return EngineSpec("local", "local", path=str(MINIATURE), device="cpu", max_waiting=8)


@pytest.fixture(params=["echo", "local", "remote"])
def engine(request: pytest.FixtureRequest, local_spec: EngineSpec) -> Iterator[Engine]:
    if request.param == "remote":
        _, url = request.getfixturevalue("upstream_service")
        spec = EngineSpec(
            "remote", "remote", upstream_url=url, upstream_model="model-a", upstream_key=KEY
        )
    else:
        spec = EngineSpec("echo", "echo") if request.param == "echo" else local_spec
    engine = create_engine(spec)
    engine.load(ignore)
    yield engine
    engine.unload()


def draw_circle(width: int, height: int) -> Picture:
    """A red circle on white; its box is the middle half of the shorter side."""
    image = Image.new("RGB", (width, height), "white")
    side = min(width, height)
    left, top = width // 2 - side // 4, height // 2 - side // 4
    ImageDraw.Draw(image).ellipse((left, top, left + side // 2, top + side // 2), fill="#e02020")
    return Picture(image, sha256="")
