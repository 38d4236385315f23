"""The examples of docs/api.md, run by curl as they stand."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from admin_system.api.tests.conftest import running
from admin_system.api.tests.library import LibraryClient
from admin_system.env import BASE_DIR

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl"),
]

WRITTEN_ADDRESS = "http://127.0.0.1:8000"


def written_commands() -> list[str]:
    """Each line of the first block of commands."""
    text = (BASE_DIR / "docs" / "api.md").read_text("utf-8")
    block = re.search(r"```bash\n(curl .*?)\n```", text, re.DOTALL)
    assert block is not None
    return block.group(1).splitlines()


def run(command: str, url: str) -> Any:
    """What the server answers; nothing for an answer without content."""
    words = [word.replace(WRITTEN_ADDRESS, url) for word in shlex.split(command)]
    done = subprocess.run(
        [*words, "--silent", "--show-error", "--fail-with-body"],
        cwd=BASE_DIR,
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return json.loads(done.stdout) if done.stdout else None


def run_and_wait(command: str, library: LibraryClient) -> Any:
    """Until all that came in was read, as the next example expects."""
    answer = run(command, library.server.url)
    while any(
        library.ask("GET", "/api/status")["knowledge_base"]["documents"][state]
        for state in ("queued", "parsing", "splitting", "embedding")
    ):
        time.sleep(0.05)
    return answer


def test_the_curl_examples_do_what_they_say(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """On a server of their own, whose first document and first passage have the number 1."""
    with running("uvicorn", "echo", template, tmp_path_factory) as server:
        library = LibraryClient(server)
        with library.http:
            answers = [run_and_wait(command, library) for command in written_commands()]
    received, first, text, ready, found, passage, renamed, topic, vectors, deleted = answers
    assert [one["name"] for one in received["documents"]] == ["README.md", "api.md"]
    assert (first["name"], text["documents"][0]["title"]) == ("README.md", "清洗")
    assert {one["title"] for one in ready["data"]} == {"README.md", "api.md", "清洗"}
    assert "设备部" in found["results"][0]["content"]
    assert passage["document"] in {one["id"] for one in received["documents"]}
    assert (renamed["title"], topic["name"]) == ("Read me first", "订单")
    assert len(vectors["data"]) == 2
    assert deleted is None
