"""The whole way of an administrator and a colleague in one visit, with the miniature answering."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from admin_system.api.tests.pictures import draw_circle
from admin_system.api.tests.prepare import PASSWORD
from admin_system.api.tests.server import ServerProcess
from admin_system.core.checkpoints import MINIATURE
from admin_system.core.tests.checkpoints.conftest import RunningSite, run_site
from admin_system.core.tests.checkpoints.model_site import PUBLIC
from admin_system.tests.browser import Visit, visit
from admin_system.tests.pages.chat import ask, drop, finished, read_conversation, send
from admin_system.tests.pages.conftest import serve
from admin_system.tests.pages.places import off_by
from admin_system.tests.pages.test_knowledge import DOCUMENTS, TEXT, open_page, upload
from scripts.testing.needs import needs

pytestmark = needs("chromium")

LONG = " ".join(f"word{number}" for number in range(1500))
TOPIC = "Pump house"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSite]:
    """Stands in the place of the Hub, and is slow: the weights take twelve seconds."""
    with run_site() as site:
        site.set_wrong(pause=0.2)
        monkeypatch.setenv("HF_ENDPOINT", site.url)
        yield site


@pytest.fixture
def shelf_site(
    pages_template: tuple[Path, dict[str, str]],
    tmp_path_factory: pytest.TempPathFactory,
    hub: RunningSite,
) -> Iterator[ServerProcess]:
    """With the miniature ready, a copy of it in an allowed folder, and one to be downloaded."""
    shelf = tmp_path_factory.mktemp("shelf").resolve()
    shutil.copytree(MINIATURE, shelf / "shapes-2")
    dirs = {"MODEL_DIRS": f'["{shelf.as_posix()}"]'}
    with serve(pages_template, tmp_path_factory.mktemp("walk"), settings=dirs) as server:
        yield server


async def test_the_whole_way_from_the_first_model_to_a_key(
    shelf_site: ServerProcess, hub: RunningSite
) -> None:
    async with visit(shelf_site.url, language="en") as visitor:
        page = visitor.page
        await visitor.log_in("root", PASSWORD)
        await download(page, shelf_site, hub)
        await add_and_load(visitor)
        await chat_with_a_picture(page, shelf_site)
        await analyze_a_picture(page, shelf_site)
        await read_a_document(visitor)
        await stop_and_ask_again(page, shelf_site)
        secret = await make_key(page, shelf_site)
        answer = await curl(shelf_site, secret)
        assert answer["choices"][0]["message"]["content"].strip()
        await change_language(page, shelf_site)
        await unload(visitor)


async def download(page: Page, site: ServerProcess, hub: RunningSite) -> None:
    """Begun, stopped and gone on with; what has come can be loaded."""
    await page.goto(f"{site.url}/admin/models/")
    await page.get_by_role("button", name="Download model").click()
    await page.get_by_label("Name, as owner/name").fill(PUBLIC)
    await page.keyboard.press("Enter")
    row = page.get_by_role("article", name=PUBLIC)
    await expect(row.get_by_role("progressbar")).to_be_visible()
    await row.get_by_role("button", name="Stop").click()
    await expect(row.get_by_text("Stopped", exact=True)).to_be_visible()
    await asyncio.to_thread(hub.set_wrong)
    await row.get_by_role("button", name="Go on").click()
    await expect(row.get_by_text("Complete", exact=True)).to_be_visible()
    come = page.get_by_role("article", name="miniature", exact=True)
    await expect(come.get_by_role("button", name="Load: miniature")).to_be_enabled()


async def add_and_load(visitor: Visit) -> None:
    page = visitor.page
    await page.goto(f"{visitor.url}/admin/models/")
    await page.get_by_role("button", name="Add from folder").click()
    window = page.get_by_role("dialog")
    await window.get_by_role("button", name="shelf").click()
    await window.get_by_role("button", name="shapes-2").click()
    await expect(window.get_by_text("gptq-int4")).to_be_visible()
    await visitor.check_accessibility()
    await window.get_by_role("button", name="Add model").click()
    row = page.get_by_role("article", name="shapes-2")
    await expect(row.get_by_text("Estimated need")).to_be_visible()
    await row.get_by_role("button", name="Load: shapes-2").click()
    await expect(row.get_by_role("progressbar")).to_be_visible()
    await expect(row.get_by_text("Ready", exact=True)).to_be_visible()
    await row.get_by_role("button", name="Test").click()
    await row.get_by_role("textbox").fill("Find the red circle.")
    await row.get_by_role("button", name="Ask").click()
    await expect(row.get_by_alt_text("The picture with the boxes of the answer")).to_be_visible()
    await expect(row.get_by_text("shapes-2 ·")).to_be_visible()
    await visitor.check_accessibility()


async def chat_with_a_picture(page: Page, site: ServerProcess) -> None:
    await page.goto(f"{site.url}/chat/")
    await drop(page, draw_circle())
    answer = await ask(page, "Find the red circle.")
    await expect(answer.locator(".box")).to_have_count(1)
    boxes = (await read_conversation(page))["messages"][-1]["boxes"]
    assert await off_by(page.locator(".found .box").first, boxes[0]["box"]) <= 2
    await answer.get_by_role("button", name="Answer again").click()
    await expect(page.locator(".msg-a .steps-of")).to_contain_text("2 / 2")


async def analyze_a_picture(page: Page, site: ServerProcess) -> None:
    await page.goto(f"{site.url}/analyze/")
    await drop(page, draw_circle())
    await expect(page.locator("#strip .caption")).to_have_count(1)
    await page.locator(".entry").fill("red circle")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#strip .ok")).to_have_count(1)
    box = page.locator(".frame .box").first
    await expect(box).to_be_visible()
    told = await page.evaluate(
        """async () => (await fetch("/api/picture-sets/" +
            new URLSearchParams(location.search).get("set"))).json()"""
    )
    assert await off_by(box, told["pictures"][0]["analysis"]["boxes"][0]["box"]) <= 2


async def read_a_document(visitor: Visit) -> None:
    """The demonstration model itself quotes the passage."""
    page = visitor.page
    await load(page, visitor.url, "builtin-demo")
    await open_page(visitor, DOCUMENTS)
    await upload(page, TOPIC, ("pumps.md", TEXT.encode()))
    row = page.locator("tr", has_text="pumps.md").filter(has_text=TOPIC)
    await expect(row).to_have_attribute("data-state", "ready")
    await page.goto(f"{visitor.url}/chat/")
    await page.click("#pick-topic")
    await page.get_by_role("menuitemradio", name=TOPIC).click()
    answer = await ask(page, "Who oils the bearing of the quiet pump?")
    await expect(answer).to_contain_text("Marlene")
    await answer.locator(".md .cite").first.click()
    await expect(page.locator("#drawer mark").first).to_contain_text("Marlene")
    await page.keyboard.press("Escape")


async def stop_and_ask_again(page: Page, site: ServerProcess) -> None:
    """The miniature is too quick to be stopped by hand: the model that says what it is told."""
    await load(page, site.url, "echo")
    await page.goto(f"{site.url}/chat/")
    await send(page, LONG)
    await expect(page.locator(".md.live")).to_contain_text("word9")
    await page.click("#send.stop")
    stopped = await finished(page, 0)
    await expect(stopped).to_contain_text("What had been generated is kept above.")
    await load(page, site.url, "shapes-2")


async def load(page: Page, url: str, name: str) -> None:
    await page.goto(f"{url}/admin/models/")
    row = page.get_by_role("article", name=name)
    await row.get_by_role("button", name=f"Load: {name}").click()
    await expect(row.get_by_text("Ready", exact=True)).to_be_visible()


async def make_key(page: Page, site: ServerProcess) -> str:
    await page.goto(f"{site.url}/admin/core/apikey/add/")
    await page.fill("input[name=name]", "walker")
    await page.click("button[name=_save], input[name=_save]")
    return await page.input_value("#secret")


async def curl(site: ServerProcess, secret: str) -> dict[str, list[dict[str, dict[str, str]]]]:
    """As the page of the key shows it; a key from elsewhere would be refused."""
    program = shutil.which("curl")
    assert program
    body = json.dumps({"messages": [{"role": "user", "content": "What can you do?"}]})
    key = f"Authorization: Bearer {secret}"
    process = await asyncio.create_subprocess_exec(
        *(program, "--silent", "--fail-with-body", f"{site.url}/api/v1/chat/completions"),
        *("-H", "Content-Type: application/json", "-H", key, "-d", body),
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await process.communicate()
    assert process.returncode == 0, told
    answer: dict[str, list[dict[str, dict[str, str]]]] = json.loads(told)
    return answer


async def change_language(page: Page, site: ServerProcess) -> None:
    await page.goto(f"{site.url}/chat/")
    await page.get_by_role("button", name="Change the language").click()
    await expect(page.locator("#pick-topic")).to_contain_text("知识库")
    await page.goto(f"{site.url}/admin/models/")
    await expect(page.locator("#models h1")).to_have_text("模型")


async def unload(visitor: Visit) -> None:
    """By now in Chinese; both pages say that no model is there."""
    page = visitor.page
    row = page.get_by_role("article", name="shapes-2")
    await row.get_by_role("button", name="卸载: shapes-2").click()
    await expect(row.get_by_text("未加载")).to_be_visible()
    await expect(page.locator("#model-pill")).to_contain_text("未加载")
    await expect(row.get_by_role("button", name="测试")).to_have_count(0)
    await page.set_viewport_size({"width": 375, "height": 740})
    await visitor.check_width()
    await page.goto(f"{visitor.url}/chat/")
    await expect(page.locator("#hero h2")).to_have_text("现在没有可用的模型")
    await page.goto(f"{visitor.url}/analyze/")
    await expect(page.locator("#banner")).to_contain_text("现在没有可用的模型")
