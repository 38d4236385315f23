"""Bad folders through the real door: a sentence in the caller's language, the service still up."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from admin_system.api.tests.server import ServerProcess, environment, prepare
from admin_system.core.checkpoints import MINIATURE
from admin_system.core.tests.checkpoints.broken import BREAKS, trap_of
from admin_system.env import BASE_DIR
from admin_system.messages import MESSAGES

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

WAIT = 60.0
ASKED = {"model": "good", "messages": [{"role": "user", "content": "你好"}], "max_tokens": 5}
REGISTER = """
import django, json, sys
django.setup()
from admin_system.core.models import ModelConfig
for name, path in json.loads(sys.argv[1]).items():
    ModelConfig.objects.create(name=name, kind="local", path=path, device="cpu")
"""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """By the name of their configuration, which is the code of the fault."""
    place = tmp_path_factory.mktemp("folders")
    for code, make_folder in BREAKS.items():
        make_folder(place / code)
    return {"good": MINIATURE, **{code: place / code for code in BREAKS}}


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, folders: dict[str, Path]
) -> Iterator[ServerProcess]:
    """One for all bad folders: it has to survive them one after the other."""
    place = tmp_path_factory.mktemp("server")
    keys = prepare(place / "template")
    paths = json.dumps({name: str(folder) for name, folder in folders.items()})
    subprocess.run(
        [sys.executable, "-c", REGISTER, paths],
        cwd=BASE_DIR,
        env=environment(place / "template"),
        check=True,
    )
    server = ServerProcess("uvicorn", "good", place / "template", keys, place)
    try:
        server.start()
        server.wait_for("/readyz")
        yield server
    finally:
        server.stop()


def load(server: ServerProcess, name: str) -> None:
    answer = httpx.post(
        f"{server.url}/api/service/load",
        json={"model": name},
        headers=server.authorization,
        timeout=10,
    )
    assert answer.status_code == 202


def wait_for_error(server: ServerProcess, code: str, language: str) -> dict[str, Any]:
    """The state of the service once it has told a fault."""
    headers = {**server.authorization, "Accept-Language": language}
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        found = httpx.get(f"{server.url}/api/status", headers=headers, timeout=10).json()
        model: dict[str, Any] = found["model"]
        if (model["error"] or {}).get("code") == code:
            return model
        time.sleep(0.05)
    raise AssertionError(f"{code} was not told: {found}")


def pattern_of(template: str) -> str:
    """A sentence with anything in the place of its values."""
    return re.sub(r"\\\{\w+\\\}", ".+", re.escape(template))


@pytest.mark.parametrize("code", BREAKS)
def test_a_bad_folder_is_told_in_both_languages_and_the_former_model_answers(
    server: ServerProcess, folders: dict[str, Path], code: str
) -> None:
    load(server, code)
    for language, template in zip(("en", "zh-CN"), MESSAGES[code], strict=True):
        model = wait_for_error(server, code, language)
        assert re.fullmatch(pattern_of(template), model["error"]["message"])
        assert (model["state"], model["serving"]) == ("ready", "good")
    asked = httpx.post(f"{server.url}/api/v1/chat/completions", json=ASKED, timeout=60)
    assert asked.status_code == 200
    assert not trap_of(folders[code]).exists(), "code in the folder was executed"
