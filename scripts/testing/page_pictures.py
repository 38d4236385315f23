"""Makes the pictures of the pages that the README shows, from a real service with the sample files.

    python scripts/testing/page_pictures.py

Needs chromium, a font with Chinese letters and the packages of the tests; writes docs/images/*.png
anew. Look at them.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from playwright.async_api import Page, expect

from admin_system.api.tests.prepare import PASSWORD, PEOPLE
from admin_system.api.tests.server import ServerProcess, prepare
from admin_system.tests.browser import visit
from admin_system.tests.house import ROOT
from admin_system.tests.pages.chat import ask, drop

IMAGES = ROOT / "docs" / "images"
PICTURE = ROOT / "docs" / "examples" / "shapes.png"
DOCUMENTS = ROOT / "knowledge_base" / "documents" / "product-guide"
TOPIC = "product-guide"
LABELS = "蓝色正方形"
WORDS = {
    "zh-CN": ("框出红色圆形", "谁需要密钥？"),
    "en": ("Box the red circle.", "Who needs a key?"),
}


async def picture_chat(site: ServerProcess, language: str, name: str, *, dark: bool) -> None:
    """A conversation: an answer from documents, then a picture with what was found in it."""
    box, look_up = WORDS[language]
    async with visit(site.url, language=language, dark=dark, size=(1280, 800)) as visitor:
        page = visitor.page
        await visitor.log_in("colleague", PASSWORD)
        await page.goto(f"{site.url}/chat/")
        await expect(page.locator("#hero h2")).to_be_visible()
        await page.click("#pick-topic")
        await page.get_by_role("menuitemradio", name=TOPIC).click()
        await ask(page, look_up)
        await page.click("#pick-topic")
        await page.get_by_role("menuitemradio").first.click()
        await drop(page, PICTURE.read_bytes(), PICTURE.name)
        await ask(page, box)
        await take(page, name)


async def picture_analysis(site: ServerProcess) -> None:
    async with visit(site.url, size=(1280, 800)) as visitor:
        page = visitor.page
        await visitor.log_in("colleague", PASSWORD)
        await page.goto(f"{site.url}/analyze/")
        await drop(page, PICTURE.read_bytes(), PICTURE.name)
        await page.locator(".entry").fill(LABELS)
        await page.keyboard.press("Enter")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#strip .ok")).to_have_count(1)
        await take(page, "analyze-zh.png")


async def picture_admin(site: ServerProcess) -> None:
    async with visit(site.url, size=(1280, 800)) as visitor:
        await visitor.log_in("root", PASSWORD)
        for address, name in (
            ("/admin/", "dashboard-zh.png"),
            ("/admin/knowledge_base/document/", "knowledge-zh.png"),
        ):
            await visitor.page.goto(site.url + address)
            await take(visitor.page, name)


async def take(page: Page, name: str) -> None:
    await page.wait_for_load_state("networkidle")
    await page.screenshot(path=IMAGES / name)
    print(IMAGES / name)


def require_chinese_font() -> None:
    """Without one, every Chinese letter is an empty box."""
    found = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=True)  # noqa: S607
    if not found.stdout:
        sys.exit("There is no font with Chinese letters here (in Debian: fonts-noto-cjk).")


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "template"
        keys = prepare(template, "bundled", *PEOPLE)
        site = ServerProcess("uvicorn", "builtin-demo", template, keys, Path(folder))
        try:
            site.start()
            site.wait_for("/readyz")
            site.run_command("import_documents", str(DOCUMENTS), "--topic", TOPIC)
            await picture_chat(site, "zh-CN", "chat-zh.png", dark=False)
            await picture_chat(site, "en", "chat-en-dark.png", dark=True)
            await picture_analysis(site)
            await picture_admin(site)
        finally:
            site.stop()


if __name__ == "__main__":
    require_chinese_font()
    asyncio.run(main())
