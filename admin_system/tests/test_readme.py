"""The README's examples, word for word, against a server as a newcomer starts it."""

from __future__ import annotations

import json
import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from admin_system.tests.browser import visit
from admin_system.tests.house import ROOT
from scripts.startup.addresses import Address
from scripts.startup.server import Server
from scripts.testing.needs import needs

README = (ROOT / "README.md").read_text("utf-8")
WRITTEN_ADDRESS = "http://127.0.0.1:8000"


def example(language: str, mark: str) -> str:
    """The first block of a language that holds `mark`."""
    blocks: list[str] = re.findall(rf"```{language}\n(.*?)\n```", README, re.DOTALL)
    return next(block for block in blocks if mark in block)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a real server with the demonstration model and a data folder of its own."""
    folder = tmp_path_factory.mktemp("newcomer")
    with socket.socket() as probe, pytest.MonkeyPatch.context() as patch:
        probe.bind(("127.0.0.1", 0))
        address = Address("127.0.0.1", probe.getsockname()[1])
        probe.close()
        patch.setenv("QWEN_VL_DATA_DIR", str(folder / "data"))
        patch.setenv("QWEN_VL_LOG_DIR", str(folder / "logs"))
        patch.delenv("DJANGO_SETTINGS_MODULE")
        subprocess.run([sys.executable, "-m", "scripts.startup.preparation"], cwd=ROOT, check=True)
        server = Server(Path(sys.executable), address, ROOT, {"QWEN_VL_MODEL": "builtin-demo"})
    try:
        assert server.wait_until_ready() == "ready"
        yield address.url
    finally:
        assert server.stop(), "the server had to be killed"


def test_the_curl_example_finds_the_red_circle(url: str) -> None:
    words = shlex.split(example("bash", "curl"))
    assert words[0] == "curl"
    fields: dict[str, Any] = {}
    files: dict[str, Any] = {}
    for flag, value in zip(words[2::2], words[3::2], strict=True):
        assert flag == "-F"
        name, _, content = value.partition("=")
        if content.startswith("@"):
            path = ROOT / content[1:]
            files[name] = (path.name, path.read_bytes())
        else:
            fields[name] = content
    answer = httpx.post(
        words[1].replace(WRITTEN_ADDRESS, url), data=fields, files=files, timeout=60
    )
    assert answer.status_code == 200, answer.text
    boxes = answer.json()["boxes"]
    assert len(boxes) == 1
    assert overlap(boxes[0]["box"], [70, 60, 230, 220]) >= 0.5
    shown = json.loads(example("json", "boxed_image_url"))
    assert set(shown) == set(answer.json())
    assert overlap(shown["boxes"][0]["box"], boxes[0]["box"]) >= 0.5
    picture = httpx.get(url + answer.json()["boxed_image_url"])
    assert picture.headers["content-type"].startswith("image/")


def overlap(one: list[int], other: list[int]) -> float:
    """Intersection over union."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    both = max(0, width) * max(0, height)
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return both / (areas - both)


def test_the_python_example_says_where_the_triangle_is(url: str, tmp_path: Path) -> None:
    program = tmp_path / "example.py"
    program.write_text(example("python", "OpenAI").replace(WRITTEN_ADDRESS, url), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, program],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "下" in done.stdout


@needs("chromium")
async def test_the_browser_example_shows_the_boxed_picture(url: str) -> None:
    async with visit(url) as visitor:
        await visitor.page.goto(f"{url}/api/docs")
        async with visitor.page.expect_file_chooser() as chooser:
            await visitor.page.evaluate(example("js", "chooser"))
        await (await chooser.value).set_files(ROOT / "docs" / "examples" / "shapes.png")
        await visitor.page.wait_for_function("document.querySelector('img')?.naturalWidth === 640")
        assert any("[" in line for line in visitor.printed)
