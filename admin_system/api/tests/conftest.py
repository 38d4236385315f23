"""Server processes shared by all tests of the API: each starts once, when first asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest

from admin_system.api.tests.library import LibraryClient
from admin_system.api.tests.server import Kind, ServerProcess, prepare

METRICS_TOKEN = "read-the-figures"  # noqa: S105 - of a server that lives for the tests


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("template")
    return folder, prepare(folder)


@contextmanager
def running(
    kind: Kind,
    model: str,
    template: tuple[Path, dict[str, str]],
    factory: pytest.TempPathFactory,
    **settings: str,
) -> Iterator[ServerProcess]:
    folder, keys = template
    server = ServerProcess(kind, model, folder, keys, factory.mktemp(kind), settings)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def uvicorn_server(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    with running("uvicorn", "echo", template, tmp_path_factory) as server:
        server.wait_for("/readyz")
        yield server


@pytest.fixture(scope="session")
def daphne_server(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    with running("daphne", "echo", template, tmp_path_factory) as server:
        server.wait_for("/readyz")
        yield server


@pytest.fixture(params=["uvicorn", "daphne"])
def server(request: pytest.FixtureRequest) -> ServerProcess:
    """The test runs on both servers."""
    return cast(ServerProcess, request.getfixturevalue(f"{request.param}_server"))


@pytest.fixture
def demo_server(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """With the miniature model, which is still loading."""
    with running("uvicorn", "builtin-demo", template, tmp_path_factory) as server:
        yield server


@pytest.fixture(scope="session")
def ready_server(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """With the miniature model, which answers."""
    with running("uvicorn", "builtin-demo", template, tmp_path_factory) as server:
        server.wait_for("/readyz")
        yield server


@pytest.fixture(scope="session")
def locked_server(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """Everybody needs a key, as callers from other machines do; one request may wait. There is a
    token for the metrics (`METRICS_TOKEN`)."""
    token = tmp_path_factory.mktemp("token") / "metrics"
    token.write_text(f"{METRICS_TOKEN}\n", encoding="utf-8")
    settings = {"ACCESS": "keys", "MAX_WAITING": "1", "METRICS_TOKEN_FILE": str(token)}
    with running("uvicorn", "echo", template, tmp_path_factory, **settings) as server:
        server.wait_for("/readyz")
        yield server


@pytest.fixture
def library(uvicorn_server: ServerProcess) -> Iterator[LibraryClient]:
    """The local caller, who may everything, in a knowledge base that all tests share."""
    client = LibraryClient(uvicorn_server)
    with client.http:
        yield client


@pytest.fixture(scope="session")
def reading_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """With the embedding model that ships."""
    folder = tmp_path_factory.mktemp("reading-template")
    template = folder, prepare(folder, "bundled")
    with running("uvicorn", "echo", template, tmp_path_factory) as server:
        server.wait_for("/readyz")
        yield server
