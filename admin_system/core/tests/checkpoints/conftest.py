"""The site of models that downloads are tested against, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.tests.checkpoints import model_site as program


@dataclass(frozen=True, slots=True)
class RunningSite:
    url: str

    def set_wrong(self, **wrong: Any) -> None:
        """As in `model_site.Site.wrong`; forgets what was sent so far."""
        httpx.post(f"{self.url}/control", json=wrong).raise_for_status()

    @property
    def sent(self) -> dict[str, int]:
        sent: dict[str, int] = httpx.get(f"{self.url}/control").json()["sent"]
        return sent

    @property
    def authorized(self) -> list[str]:
        paths: list[str] = httpx.get(f"{self.url}/control").json()["authorized"]
        return paths


@contextmanager
def run_site() -> Iterator[RunningSite]:
    command = [sys.executable, str(program.__file__), str(MINIATURE)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield RunningSite(f"http://127.0.0.1:{int(process.stdout.readline())}")
        finally:
            process.kill()


@pytest.fixture(scope="session")
def running_site() -> Iterator[RunningSite]:
    with run_site() as site:
        yield site


@pytest.fixture
def model_site(running_site: RunningSite, monkeypatch: pytest.MonkeyPatch) -> RunningSite:
    """With nothing wrong, and no token in the environment."""
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "MODELSCOPE_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    running_site.set_wrong()
    return running_site
