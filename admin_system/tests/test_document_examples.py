"""The examples of the chapters on the API and WebSockets, word for word, in three languages."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from admin_system.api.tests.conftest import running
from admin_system.api.tests.conftest import template as template
from admin_system.api.tests.server import ServerProcess
from admin_system.tests.browser import visit
from admin_system.tests.house import ROOT
from scripts.testing.needs import needs

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
WRITTEN = "127.0.0.1:8000"
CHAPTERS = ("api", "websocket")


@pytest.fixture(scope="module")
def server(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    with running("uvicorn", "builtin-demo", template, tmp_path_factory) as server:
        server.wait_for("/readyz")
        yield server


def examples(chapter: str, language: str, server: ServerProcess) -> list[str]:
    text = (ROOT / "docs" / f"{chapter}.md").read_text("utf-8")
    blocks = re.findall(rf"^```{language}\n(.*?)\n```", text, re.MULTILINE | re.DOTALL)
    return [block.replace(WRITTEN, server.url.removeprefix("http://")) for block in blocks]


def test_the_curl_example_gets_an_answer(server: ServerProcess) -> None:
    command = examples("api", "bash", server)[-1]
    done = subprocess.run(
        [*shlex.split(command), "--silent", "--fail-with-body"], capture_output=True, check=True
    )
    assert json.loads(done.stdout)["choices"][0]["message"]["content"]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_python_example_prints_an_answer(server: ServerProcess, chapter: str) -> None:
    (program,) = examples(chapter, "python", server)
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "演示模型" in done.stdout


@needs("chromium")
async def test_the_browser_examples_print_an_answer(server: ServerProcess) -> None:
    async with visit(server.url) as visitor:
        await visitor.page.goto(f"{server.url}/help/websocket/")
        for chapter in CHAPTERS:
            (program,) = examples(chapter, "js", server)
            async with visitor.page.expect_console_message(
                lambda message: message.text.startswith("answer: ") and "演示模型" in message.text
            ):
                await visitor.page.evaluate("async () => {" + program + "}")


@needs("chromium")
async def test_a_card_leads_to_its_line_in_either_language(server: ServerProcess) -> None:
    for language, words in (("zh-CN", "没有加载模型"), ("en", "No model is loaded")):
        async with visit(server.url, language=language) as visitor:
            await visitor.page.goto(f"{server.url}/help/troubleshooting/#model_unloaded")
            line = visitor.page.locator("tr:has(:target)")
            assert words in await line.inner_text()
            await visitor.check_accessibility()
            await visitor.page.set_viewport_size({"width": 375, "height": 740})
            await visitor.check_width()
