"""The administrator's pages with what a real site brings: long names, half-written fields."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.async_api import expect

from admin_system.api.tests.prepare import PASSWORD
from admin_system.api.tests.server import ServerProcess
from admin_system.tests.browser import visit
from scripts.testing.needs import needs

pytestmark = needs("chromium")

LONG = "A topic whose name goes on and on, as those of real folders do, 而且没有空格可以断行"


@pytest.fixture
def long_topic(site: ServerProcess) -> Iterator[str]:
    """Its name."""
    with httpx.Client(base_url=site.url, headers=site.authorization) as client:
        made = client.post("/api/topics", json={"name": LONG}).raise_for_status().json()
        yield LONG
        client.delete(f"/api/topics/{made['id']}").raise_for_status()


async def test_the_pages_hold_long_names_and_what_was_written(
    site: ServerProcess, long_topic: str
) -> None:
    async with visit(site.url, language="en", size=(375, 740)) as visitor:
        await visitor.log_in("root", PASSWORD)
        page = visitor.page
        for place in ("/admin/core/apikey/add/", "/admin/knowledge_base/topic/"):
            await page.goto(site.url + place)
            await expect(page.get_by_text(long_topic)).to_be_visible()
            await visitor.check_width()

        await page.goto(f"{site.url}/admin/service/state/")
        await expect(page.locator("[data-decode=eager]")).to_contain_text("on the processor")

        await page.goto(f"{site.url}/admin/models/")
        begin = page.get_by_role("button", name="Download model")
        await begin.click()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await begin.click()
        name = page.get_by_role("dialog").get_by_label("Name, as owner/name")
        await name.fill("Qwen/Qwen3-VL-2B-Instruct")
        await name.press("Escape")
        await expect(page.get_by_role("dialog").last).to_contain_text("is lost")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(1)
        await expect(name).to_have_value("Qwen/Qwen3-VL-2B-Instruct")


async def test_lists_are_read_whole_on_a_phone(site: ServerProcess) -> None:
    async with visit(site.url, language="en", size=(375, 740)) as visitor:
        page = visitor.page
        await visitor.log_in("root", PASSWORD)
        await page.goto(f"{site.url}/admin/core/auditentry/")
        first = page.locator("#result_list tbody td").first
        await expect(first).to_be_visible()
        said = "cell => getComputedStyle(cell, '::before').content"
        assert await first.evaluate(said) == "none"
        assert await page.locator("#result_list tbody td").nth(1).evaluate(said) == '"who"'
        async with httpx.AsyncClient() as client:
            answer = await client.post(f"{site.url}/api/v1/embeddings", json={"input": "a text"})
        assert answer.status_code == 200
        await page.wait_for_timeout(2500)  # usage is written every two seconds
        await page.goto(f"{site.url}/admin/usage/")
        table = page.locator(".scrolls").first
        await expect(table).to_be_visible()
        assert await table.evaluate("box => box.scrollWidth - box.clientWidth") <= 0
