"""Prompt templates as an administrator meets them, and the guide of the first visit."""

from __future__ import annotations

import httpx
import pytest
from playwright.async_api import expect

from admin_system.api.tests.prepare import PASSWORD
from admin_system.api.tests.server import ServerProcess
from admin_system.tests.browser import WAIT, visit
from scripts.testing.needs import needs

pytestmark = [needs("chromium"), pytest.mark.allow_hosts(["127.0.0.1"])]

expect.set_options(timeout=WAIT)

MAKES_A_NEWCOMER = (
    "from django.contrib.auth.models import User;"
    "from admin_system.core.models import FirstSteps;"
    f"user = User.objects.create_superuser('newcomer', password='{PASSWORD}');"
    "FirstSteps.objects.create(user=user)"
)
"""An administrator of their own, since the guide gives another password."""


async def test_a_template_is_made_tried_used_and_restored(own_site: ServerProcess) -> None:
    async with visit(own_site.url) as visitor:
        page = visitor.page
        await visitor.log_in("root", PASSWORD)
        await page.goto(f"{visitor.url}/admin/templates/")
        await page.get_by_label("名称", exact=True).fill("找图形")
        await page.get_by_label("请求中的标识").fill("shapes")
        await page.locator("select").first.select_option("detection")
        text = page.get_by_label("文字", exact=True)
        await text.fill("框出{label}")
        await expect(page.locator("#check")).to_contain_text("没有变量 {label}")
        await expect(page.get_by_role("button", name="创建")).to_be_disabled()
        await text.fill("框出{labels}")
        await expect(page.locator("#check")).to_contain_text("可以使用")
        await page.get_by_role("textbox", name="要找的名称").fill("红色圆形")
        await page.get_by_role("button", name="试一试").click()
        boxed = page.get_by_alt_text("画出回答中各框的图片")
        await expect(boxed).to_be_visible()
        await page.get_by_role("button", name="创建").click()
        await expect(page.get_by_role("button", name="保存")).to_be_visible()
        await text.fill("框出所有{labels}")
        await page.get_by_role("button", name="保存").click()
        versions = page.get_by_role("region", name="版本")
        await expect(versions.get_by_text("版本 2")).to_be_visible()
        await page.get_by_role("switch").click()
        await expect(page.get_by_role("switch")).to_be_checked()
        await visitor.check_accessibility()
        await versions.get_by_role("button", name="恢复").click()
        await expect(versions.get_by_text("版本 3")).to_be_visible()
        await expect(text).to_have_value("框出{labels}")
        await page.set_viewport_size({"width": 375, "height": 740})
        await visitor.check_width()
    async with httpx.AsyncClient() as client:
        row = (await client.get(f"{own_site.url}/api/templates/shapes")).json()
    assert (row["text"], row["is_default"], row["version"]) == ("框出{labels}", True, 3)


async def test_the_first_visit_is_a_guide(own_site: ServerProcess) -> None:
    own_site.run_command("shell", "-c", MAKES_A_NEWCOMER)
    async with visit(own_site.url, size=(375, 740)) as visitor:
        page = visitor.page
        await visitor.log_in("newcomer", PASSWORD)
        await page.get_by_role("button", name="English").click()
        await expect(page.get_by_role("heading", name="Set your password")).to_be_visible()
        await visitor.check_accessibility()
        await page.get_by_label("New password").fill("another-long-password-8")
        await page.get_by_label("Once more").fill("another-long-password-8")
        await page.get_by_role("button", name="Set the password").click()
        await page.get_by_role("button", name="The demonstration").click()
        await expect(page.get_by_text("builtin-demo is ready")).to_be_visible()
        await visitor.check_accessibility()
        await visitor.check_width()
        await page.get_by_role("link", name="Continue").click()
        await page.get_by_role("button", name="To the overview").click()
        await page.wait_for_url("**/admin/")
        await page.goto(f"{visitor.url}/guide/")
        await page.wait_for_url("**/admin/")
