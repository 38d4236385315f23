"""The service's pages in a real browser, while the miniature really answers."""

from __future__ import annotations

import asyncio

import httpx
from playwright.async_api import expect

from admin_system.api.tests.prepare import PASSWORD
from admin_system.api.tests.server import ServerProcess
from admin_system.tests.browser import WAIT, Visit, visit
from admin_system.tests.pages.streams import SLOTS, streams
from scripts.testing.needs import needs

pytestmark = needs("chromium")
expect.set_options(timeout=WAIT)


async def stop(visitor: Visit, words: str) -> None:
    row = visitor.page.locator(".requests tbody tr", has_text=words)
    await row.get_by_role("button", name="停止").click()
    await visitor.page.locator("dialog").get_by_role("button", name="停止").click()
    await expect(row).to_have_count(0)


async def test_requests_are_seen_in_the_queue_and_stopped_from_the_page(
    site: ServerProcess,
) -> None:
    async with visit(site.url) as visitor:
        await visitor.log_in("root", PASSWORD)
        async with streams(site, SLOTS + 1) as (first, *_, waiting):
            await visitor.page.goto(f"{site.url}/admin/")
            rows = visitor.page.locator(".requests tbody tr")
            await expect(rows).to_have_count(SLOTS + 1)
            await expect(rows.last).to_contain_text("排队 1")
            await expect(rows.first).to_contain_text("chat · 对话 · builtin-demo")
            await stop(visitor, waiting.words)
            assert (waiting.text, waiting.reason) == ("", "cancelled")
            await stop(visitor, first.words)
            assert first.text
            assert first.reason == "cancelled"
            await expect(rows).to_have_count(SLOTS - 1)
        await expect(visitor.page.locator("#requests")).to_contain_text("没有正在处理的请求")
        figure = visitor.page.locator("[data-figure=speed]")
        await figure.locator("summary").click()
        await expect(figure.locator("tbody tr").first).to_contain_text("tokens/s")
        await figure.locator("svg").press("ArrowLeft")
        await expect(figure.locator("output")).to_contain_text("tokens/s")
        await visitor.check_accessibility()


async def test_a_model_is_unloaded_and_another_loaded_and_a_bad_one_is_an_alert(
    own_site: ServerProcess,
) -> None:
    async with visit(own_site.url, language="en", dark=True) as visitor:
        page = visitor.page
        await visitor.log_in("root", PASSWORD)
        await page.goto(f"{own_site.url}/admin/service/state/")
        card = page.locator("#model-card")
        await card.get_by_role("button", name="Unload").click()
        await page.locator("dialog").get_by_role("button", name="Unload").click()
        await expect(card.locator(".tag").first).to_have_text("Not loaded")
        await card.locator("select").select_option("echo")
        await card.get_by_role("button", name="Load this one").click()
        await expect(card.locator(".model-line")).to_have_text("echoReady")
        await card.get_by_role("button", name="Test question").click()
        await expect(card.locator(".said")).to_have_text("What can you do? Answer in one sentence.")
        await page.get_by_role("button", name="Last day").click()
        await expect(page.locator("[data-figure=processor] .plot__line")).to_have_count(1)
        await visitor.check_accessibility()

        await card.locator("select").select_option("qwen-vl-chat")
        await card.get_by_role("button", name="Load this one").click()
        await expect(card.locator(".fault-line")).to_be_visible()
        await expect(card.locator(".model-line")).to_have_text("echoReady")  # it still answers
        await page.goto(f"{own_site.url}/chat/")
        await expect(page.locator("#model")).to_have_text("echoReady")
        await page.goto(f"{own_site.url}/admin/")
        alert = page.get_by_role("alert")
        await expect(alert).to_contain_text("qwen-vl-chat did not load: ")
        await expect(page.locator("#events li").first).to_contain_text("qwen-vl-chat did not load")
        await alert.get_by_role("link", name="Have a look").click()
        await page.wait_for_url("**/admin/core/modelconfig/")


async def test_the_log_is_searched_and_followed(own_site: ServerProcess) -> None:
    refused = await asyncio.to_thread(httpx.get, f"{own_site.url}/api/never-there")
    number = refused.headers["x-request-id"]
    async with visit(own_site.url, size=(375, 812)) as visitor:
        page = visitor.page
        await visitor.log_in("root", PASSWORD)
        await page.goto(f"{own_site.url}/admin/service/logs/")
        entries = page.locator(".log-entries li")
        await page.get_by_label("关键词").fill(number)
        await expect(entries).to_have_count(1)
        await expect(entries).to_contain_text("/api/never-there")
        await page.get_by_label("级别").select_option("ERROR")
        await expect(page.get_by_text("没有符合条件的条目")).to_be_visible()
        await page.get_by_label("级别").select_option("INFO")
        await page.get_by_label("关键词").fill("/api/once-more")
        await expect(entries).to_have_count(0)
        await page.get_by_role("button", name="跟随").click()
        await asyncio.to_thread(httpx.get, f"{own_site.url}/api/once-more")
        await expect(entries).to_have_count(1)
        await visitor.check_width()
        async with page.expect_download() as download:
            await page.get_by_role("link", name="下载").click()
        assert (await download.value).suggested_filename == "django.log"
