"""Real servers with people who can log in, for tests of the pages in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from admin_system.api.tests.prepare import PEOPLE
from admin_system.api.tests.server import ServerProcess, prepare


@pytest.fixture(scope="session")
def pages_template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A data folder with topics, keys and people; the embedding model is the one that ships."""
    folder = tmp_path_factory.mktemp("pages-template")
    return folder, prepare(folder, "bundled", *PEOPLE)


@pytest.fixture(scope="session")
def site(
    pages_template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """With the miniature ready; shared by all tests that leave its model and settings alone."""
    with serve(pages_template, tmp_path_factory.mktemp("site")) as server:
        yield server


@pytest.fixture(scope="module")
def own_site(
    pages_template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """As `site`, for one file of tests that loads and unloads models as it likes."""
    with serve(pages_template, tmp_path_factory.mktemp("own-site")) as server:
        yield server


@pytest.fixture(scope="session")
def echo_site(
    pages_template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """With the engine that says what it was told: answers of any length and content."""
    with serve(pages_template, tmp_path_factory.mktemp("echo-site"), "echo") as server:
        yield server


@pytest.fixture
def own_echo_site(
    pages_template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """As `echo_site`, for a test that stops it, or fills it."""
    with serve(pages_template, tmp_path_factory.mktemp("own-echo-site"), "echo") as server:
        yield server


@contextmanager
def serve(
    template: tuple[Path, dict[str, str]],
    folder: Path,
    model: str = "builtin-demo",
    settings: dict[str, str] | None = None,
) -> Iterator[ServerProcess]:
    server = ServerProcess("uvicorn", model, *template, folder, settings or {})
    try:
        server.start()
        server.wait_for("/readyz")
        yield server
    finally:
        server.stop()
