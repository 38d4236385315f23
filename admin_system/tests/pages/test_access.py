"""The way in, a key from the admin to a program, and its usage, as an administrator goes it."""

from __future__ import annotations

import httpx

from admin_system.api.tests.prepare import PASSWORD
from admin_system.api.tests.server import ServerProcess
from admin_system.tests.browser import Visit, visit
from scripts.testing.needs import needs

pytestmark = needs("chromium")


async def try_password(visitor: Visit, name: str, password: str) -> str:
    """What the page says."""
    await visitor.page.fill("input[name=username]", name)
    await visitor.page.fill("input[name=password]", password)
    await visitor.page.press("input[name=password]", "Enter")
    alert = visitor.page.locator("[role=alert]")
    await alert.wait_for()
    return await alert.inner_text()


async def read_row(visitor: Visit, name: str, requests: str) -> list[str]:
    """The figures of a caller, once so many requests of it are written."""
    row = visitor.page.locator("tr", has_text=name).locator("td.r")
    for _ in range(40):
        await visitor.page.goto(f"{visitor.url}/admin/usage/")
        await visitor.page.locator("#usage[aria-busy=false]").wait_for()
        cells = await row.all_inner_texts()
        if cells and cells[0] == requests:
            return cells
    raise AssertionError(f"{cells} requests of {name}")


async def test_wrong_passwords_lock_and_another_name_comes_in(own_site: ServerProcess) -> None:
    async with visit(own_site.url) as visitor:
        await visitor.page.goto(f"{own_site.url}/admin/")
        assert visitor.page.url.endswith("/login/?next=/admin/")
        for left in (4, 3, 2):
            said = await try_password(visitor, "operator", f"wrong {left}")
            assert f"再错 {left} 次，此账号将锁定 15 分钟" in said
        await visitor.check_accessibility()
        await try_password(visitor, "operator", "wrong 1")
        assert "已锁定" in await try_password(visitor, "operator", "wrong 0")
        assert "已锁定" in await try_password(visitor, "operator", PASSWORD)
        await visitor.page.click("#show")
        assert await visitor.page.get_attribute("#password", "type") == "text"
        await visitor.page.set_viewport_size({"width": 375, "height": 740})
        await visitor.check_width()
        await visitor.log_in("colleague", PASSWORD)
        assert visitor.page.url == f"{own_site.url}/chat/"
        assert (await visitor.page.goto(f"{own_site.url}/admin/")).status == 403  # type: ignore[union-attr]
        visitor.faults.clear()  # the refusal is an error in the console
    async with visit(own_site.url, language="en", dark=True) as visitor:
        await visitor.page.goto(f"{own_site.url}/login/")
        await visitor.page.click("button[name=language]")
        await visitor.page.get_by_role("heading", name="登录").wait_for()


async def test_a_key_goes_from_the_admin_to_a_program_and_its_usage_shows(
    own_site: ServerProcess,
) -> None:
    async with visit(own_site.url, language="en") as visitor:
        page = visitor.page
        await visitor.log_in("root", PASSWORD)
        await page.goto(f"{own_site.url}/admin/core/apikey/add/")
        await page.fill("input[name=name]", "robot")
        await page.fill("input[name=requests_per_minute]", "2")
        await page.click("button[name=_save], input[name=_save]")
        secret = await page.input_value("#secret")
        await page.goto(f"{own_site.url}/admin/core/apikey/")
        await page.click("text=robot")
        await page.locator("input[name=name]").wait_for()
        assert secret not in await page.content()
        key = {"Authorization": f"Bearer {secret}"}
        question = {"messages": [{"role": "user", "content": "hello"}]}
        async with httpx.AsyncClient(headers=key, timeout=60) as program:
            url = f"{own_site.url}/api/v1/chat/completions"
            answers = [await program.post(url, json=question) for _ in range(3)]
        assert [one.status_code for one in answers] == [200, 200, 429]
        tokens = sum(one.json()["usage"]["total_tokens"] for one in answers[:2])
        cells = await read_row(visitor, "Key robot", "2")
        assert cells[1].replace("\u202f", "") == str(tokens)
        await visitor.check_accessibility()
        await page.goto(f"{own_site.url}/admin/core/auditentry/")
        assert "robot" in await page.inner_text("#result_list")
