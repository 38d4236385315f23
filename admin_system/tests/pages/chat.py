"""The chat page as a person uses it, for the tests of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Locator, Page, expect

from admin_system.api.tests.pictures import to_base64
from admin_system.api.tests.prepare import PASSWORD
from admin_system.api.tests.server import ServerProcess
from admin_system.tests.browser import WAIT, Visit, visit

expect.set_options(timeout=WAIT)

DROP = """([data, name, type]) => {
    const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], name, {type}));
    for (const kind of ['dragenter', 'dragover', 'drop'])
        document.body.dispatchEvent(
            new DragEvent(kind, {dataTransfer, bubbles: true, cancelable: true}));
}"""
"""What a browser tells a page of a file that is dragged in and let go."""


@asynccontextmanager
async def chatting(
    site: ServerProcess, name: str = "colleague", **how: Any
) -> AsyncIterator[tuple[Visit, Page]]:
    """A new browser, logged in, on an empty chat page."""
    async with visit(site.url, **how) as visitor:
        await visitor.log_in(name, PASSWORD)
        await visitor.page.goto(f"{site.url}/chat/")
        await expect(visitor.page.locator("#hero h2")).to_be_visible(timeout=WAIT)
        yield visitor, visitor.page


async def drop(page: Page, data: bytes, name: str = "picture.png", kind: str = "image/png") -> None:
    await page.evaluate(DROP, [to_base64(data), name, kind])


async def ask(page: Page, text: str) -> Locator:
    """Sends it and waits for the end of the answer → the answer."""
    answers = await page.locator(".msg-a").count()
    await send(page, text)
    return await finished(page, answers)


async def send(page: Page, text: str) -> None:
    await page.fill("#message", text)
    await page.press("#message", "Enter")


async def finished(page: Page, at: int) -> Locator:
    """The answer at that place, complete."""
    answer = page.locator(".msg-a").nth(at)
    await expect(answer.locator(".acts")).to_be_visible(timeout=WAIT)
    await expect(page.locator("#send:not(.stop)")).to_be_visible(timeout=WAIT)
    return answer


async def read_conversation(page: Page) -> dict[str, Any]:
    """The conversation that is shown, as the API tells it."""
    await page.wait_for_url(lambda address: "?c=" in address)
    found: dict[str, Any] = await page.evaluate(
        "fetch('/api/conversations/' + new URL(location).searchParams.get('c')).then(a => a.json())"
    )
    return found
