"""A real browser without a window: Debian's chromium, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request, async_playwright

WAIT = 30_000
"""Milliseconds that an action or a condition may take; a browser on a busy machine is slow."""
AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
LOCAL = ("data:", "blob:", "about:")


@dataclass(slots=True)
class Visit:
    """One page, and all that went wrong in it."""

    page: Page
    context: BrowserContext
    url: str
    """Address of the server, without a slash at its end."""
    printed: list[str] = field(default_factory=list)
    """What the page wrote to its console."""
    faults: list[str] = field(default_factory=list)
    """Errors in the console (the content policy's refusals among them), exceptions, and
    requests that would have left the server. None may be left when the visit ends."""

    async def log_in(self, name: str, password: str) -> None:
        """Through the login page, as people do."""
        await self.page.goto(f"{self.url}/admin/login/")
        await self.page.fill("input[name=username]", name)
        await self.page.fill("input[name=password]", password)
        await self.page.press("input[name=password]", "Enter")
        await self.page.wait_for_url(lambda address: "/login" not in address)

    async def check_accessibility(self) -> None:
        """Fails on violations that axe-core calls serious or critical."""
        await self.page.evaluate(AXE.read_text("utf-8"))
        await self._run_axe({})

    async def check_other_theme(self) -> None:
        """After `check_accessibility`: what depends on colours, dark instead of light or back."""
        turn = "document.documentElement.classList.toggle('dark')"
        await self.page.evaluate(turn)
        await self._run_axe({"runOnly": ["color-contrast"]})
        await self.page.evaluate(turn)

    async def _run_axe(self, options: dict[str, Any]) -> None:
        options = {"resultTypes": ["violations"], **options}
        found: dict[str, Any] = await self.page.evaluate("options => axe.run(options)", options)
        serious = [
            f"{one['id']}: {one['help']}: {node['target']} {node.get('failureSummary', '')}"
            for one in found["violations"]
            if one["impact"] in {"serious", "critical"}
            for node in one["nodes"]
        ]
        assert serious == [], "\n".join([self.page.url, *serious])

    async def check_width(self) -> None:
        """Nothing has to be scrolled sideways."""
        wide: int = await self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{self.page.url} is {wide} px too wide"

    def _hear(self, message: ConsoleMessage) -> None:
        (self.faults if message.type == "error" else self.printed).append(message.text)

    def _see(self, request: Request) -> None:
        address = urlsplit(request.url)
        if not request.url.startswith(LOCAL) and address.netloc != urlsplit(self.url).netloc:
            self.faults.append(f"left the server: {request.url}")


@asynccontextmanager
async def visit(
    url: str,
    *,
    language: str = "zh-CN",
    size: tuple[int, int] = (1440, 900),
    dark: bool = False,
) -> AsyncIterator[Visit]:
    """A new browser with an empty profile; at the end, nothing may have gone wrong in it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        context = await browser.new_context(
            locale=language,
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            has_touch=size[0] < 500,
            reduced_motion="reduce",
        )
        context.set_default_timeout(WAIT)
        page = await context.new_page()
        visitor = Visit(page, context, url)
        page.on("console", lambda message: visitor._hear(message))
        page.on("pageerror", lambda error: visitor.faults.append(str(error)))
        page.on("request", lambda request: visitor._see(request))
        try:
            yield visitor
        finally:
            await browser.close()
        assert visitor.faults == []
