"""The knowledge base in a real browser: from an upload to its words, found, changed, measured."""

from __future__ import annotations

import json
from uuid import uuid4

from playwright.async_api import FilePayload, Page, expect

from admin_system.api.tests.prepare import PASSWORD
from admin_system.api.tests.server import ServerProcess
from admin_system.knowledge_base.tests.pdfs import LOCKED
from admin_system.tests.browser import WAIT, Visit, visit
from scripts.testing.needs import needs

pytestmark = needs("chromium")
expect.set_options(timeout=WAIT)

DOCUMENTS = "/admin/knowledge_base/document/"
TEXT = "# Pumps\n\nThe bearing of the quiet pump is oiled by Marlene every ninth week.\n"
QUESTION = "Who oils the bearing of the quiet pump?"
ASKED = """performance.getEntriesByType("resource")
    .filter(({name}) => name.includes("/api/documents?")).length"""
"""How often the page has asked for its list."""


async def open_page(visitor: Visit, path: str) -> Page:
    await visitor.page.goto(visitor.url + path)
    await expect(visitor.page.locator("#know")).to_have_attribute("aria-busy", "false")
    return visitor.page


async def upload(page: Page, topic: str, *files: tuple[str, bytes]) -> None:
    payloads: list[FilePayload] = [
        {"name": name, "mimeType": "text/plain", "buffer": data} for name, data in files
    ]
    await page.locator("input[type=file]").first.set_input_files(payloads)
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Topic").fill(topic)
    await dialog.get_by_role("button", name="Upload").click()
    await expect(dialog).to_have_count(0)


async def ask(visitor: Visit, question: str, topic: str) -> Page:
    page = await open_page(visitor, "/admin/knowledge/retrieval/")
    await page.get_by_label("Question").fill(question)
    await page.get_by_label("Topic").select_option(topic)
    await page.get_by_role("button", name="Search", exact=True).click()
    await expect(page.locator(".hit").first).to_be_visible()
    return page


async def test_a_document_becomes_ready_is_found_and_changed(site: ServerProcess) -> None:
    topic = f"Works {uuid4().hex[:6]}"
    async with visit(site.url, language="en") as visitor:
        await visitor.log_in("root", PASSWORD)
        page = await open_page(visitor, DOCUMENTS)
        count = page.locator(".page-h .num")
        before = await count.inner_text()
        await upload(page, topic, ("pumps.md", TEXT.encode()), ("locked.pdf", LOCKED))
        await expect(page.get_by_role("status")).to_contain_text("2 documents received")
        ready = page.locator("tr", has_text="pumps.md").filter(has_text=topic)
        await expect(ready).to_have_attribute("data-state", "ready")
        await expect(count).not_to_have_text(before)
        failed = page.locator("tr", has_text="locked.pdf").filter(has_text=topic)
        await expect(failed).to_have_attribute("data-state", "failed")
        await expect(failed).to_contain_text("protected by a password")
        link = failed.get_by_role("link", name="What to do")
        assert await link.get_attribute("href") == "/help/troubleshooting/#document_password"
        asked = await page.evaluate(ASKED)
        await page.wait_for_timeout(2500)  # longer than the pause between two looks
        assert await page.evaluate(ASKED) == asked
        async with page.expect_response(lambda answer: answer.url.endswith("/retry")) as retried:
            await failed.get_by_role("button", name="Try again").click()
        assert (await retried.value).status == 202
        await expect(failed).to_have_attribute("data-state", "failed")

        page = await ask(visitor, QUESTION, topic)
        hit = page.locator(".hit").first
        await expect(hit.locator("mark")).to_have_text(
            ["Pumps", "bearing", "quiet", "pump", "oiled"]
        )
        for word in ("Fused", "Vector", "Keyword"):
            await expect(hit.locator(".score").get_by_text(word, exact=True)).to_be_visible()
        for place, leg in ((1, "vector"), (2, "keyword")):
            await expect(hit.locator(".score .num").nth(place), leg).to_contain_text("#1")
        await hit.get_by_role("link", name="pumps.md").click()

        await page.get_by_role("button", name="Edit").click()
        text = page.get_by_label("Text of the passage")
        await text.fill("The bearing of the quiet pump is oiled by Zacharias every ninth week.")
        await page.get_by_role("button", name="Save").click()
        await expect(page.locator(".passage").first).to_contain_text("Zacharias")
        page = await ask(visitor, "Zacharias", topic)
        await expect(page.locator(".hit").first.locator("mark")).to_have_text(["Zacharias"])


async def test_the_text_of_a_document_is_written_anew(site: ServerProcess) -> None:
    topic = f"Works {uuid4().hex[:6]}"
    async with visit(site.url, language="en") as visitor:
        await visitor.log_in("root", PASSWORD)
        page = await open_page(visitor, DOCUMENTS)
        await upload(page, topic, ("pumps.md", TEXT.encode()))
        row = page.locator("tr", has_text="pumps.md").filter(has_text=topic)
        await expect(row).to_have_attribute("data-state", "ready")
        await row.get_by_role("link", name="pumps.md").click()

        await page.get_by_role("button", name="Edit text").click()
        dialog = page.get_by_role("dialog")
        text, save = dialog.get_by_label("Text"), dialog.get_by_role("button", name="Save")
        await expect(text).to_have_value(TEXT)
        await visitor.check_accessibility()
        await text.fill(TEXT.replace("Marlene", "Zacharias"))
        await text.press("Escape")
        await expect(dialog.last).to_contain_text("What you have written here is lost.")
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(1)
        await visitor.context.set_offline(True)
        await save.click()
        await expect(dialog.get_by_role("alert")).to_contain_text("does not answer")
        await expect(text).to_have_value(TEXT.replace("Marlene", "Zacharias"))
        await visitor.context.set_offline(False)
        visitor.faults.clear()  # the browser's own words about a server that is away
        await save.click()
        await expect(dialog).to_have_count(0)
        await expect(page.locator(".passage").first).to_contain_text("Zacharias")
        await expect(page.locator(".doc-head .tag")).to_have_text("Ready")
        await expect(page.locator(".passage", has_text="Marlene")).to_have_count(0)


async def test_an_answer_is_quoted_and_its_citation_opens_the_passage(site: ServerProcess) -> None:
    topic = f"Works {uuid4().hex[:6]}"
    async with visit(site.url, language="en") as visitor:
        await visitor.log_in("root", PASSWORD)
        page = await open_page(visitor, DOCUMENTS)
        await page.get_by_role("button", name="Paste a text").click()
        dialog = page.get_by_role("dialog")
        for label, value in (("Topic", topic), ("Title", "Pumps"), ("Text", TEXT)):
            await dialog.get_by_label(label, exact=True).fill(value)
        await dialog.get_by_role("button", name="Add").click()
        row = page.locator("tr").filter(has_text=topic)
        await expect(row).to_have_attribute("data-state", "ready")
        page = await open_page(visitor, "/admin/knowledge/retrieval/")
        await page.get_by_label("Question").fill(QUESTION)
        await page.get_by_label("Topic").select_option(topic)
        await page.get_by_role("switch", name="Write an answer").click()
        await page.get_by_role("button", name="Search", exact=True).click()
        await expect(page.locator(".answer-text")).to_contain_text("Marlene")
        await page.locator(".cite").first.click()
        await expect(page.locator(".passage[data-id]")).to_contain_text("Marlene")


async def test_a_question_set_is_uploaded_and_run(site: ServerProcess) -> None:
    name = f"set {uuid4().hex[:6]}"
    halls = (("north", "June"), ("south", "July"), ("west", "August"))
    content = [
        {
            "passage": f"The fan of the {hall} hall is cleaned in {month}.",
            "question": f"When is the fan of the {hall} hall cleaned?",
        }
        for hall, month in halls
    ]
    file: FilePayload = {
        "name": f"{name}.json",
        "mimeType": "application/json",
        "buffer": json.dumps(content).encode(),
    }
    async with visit(site.url, language="en") as visitor:
        await visitor.log_in("root", PASSWORD)
        page = await open_page(visitor, "/admin/knowledge/lab/")
        await page.locator("input[type=file]").set_input_files([file])
        card = page.get_by_role("region", name=name)
        await expect(card).to_contain_text("3 questions")
        await card.get_by_role("button", name="More").click()
        await page.get_by_role("menuitem", name="Put its passages into a topic").click()
        await page.get_by_role("dialog").get_by_role("button", name="Add").click()
        await expect(page.locator(".toast")).to_contain_text("3 new documents")
        page = await open_page(visitor, f"{DOCUMENTS}?topic={name}")
        await expect(page.locator("tr[data-state=ready]")).to_have_count(3)
        page = await open_page(visitor, "/admin/knowledge/lab/")
        card = page.get_by_role("region", name=name)
        for _ in range(2):
            async with page.expect_response(lambda answer: "/api/retrieval-runs" in answer.url):
                await card.get_by_role("button", name="Run").click()
                dialog = page.get_by_role("dialog")
                await dialog.get_by_label("Topic").first.select_option(name)
                await dialog.get_by_role("button", name="Run").click()
            await expect(card.locator("table").first).to_contain_text("1.000")
        await expect(card.locator(".plot__plot")).to_be_visible()


async def test_the_index_is_checked_and_built_anew(site: ServerProcess) -> None:
    async with visit(site.url, language="en") as visitor:
        await visitor.log_in("root", PASSWORD)
        page = await open_page(visitor, "/admin/knowledge/index/")
        await page.get_by_role("button", name="Check").click()
        await expect(page.get_by_role("heading", name="Last check")).to_be_visible()
        async with page.expect_response(lambda answer: answer.url.endswith("/rebuild")) as begun:
            await page.get_by_role("button", name="Build anew").click()
        assert (await begun.value).status == 202
        await expect(page.get_by_role("button", name="Build anew")).to_be_enabled()


async def test_the_language_is_changed_on_a_page_of_modules(site: ServerProcess) -> None:
    async with visit(site.url) as visitor:
        await visitor.log_in("root", PASSWORD)
        page = await open_page(visitor, DOCUMENTS)
        await expect(page.get_by_role("button", name="上传文档")).to_be_visible()
        await visitor.context.add_cookies(
            [{"name": "django_language", "value": "en", "url": site.url}]
        )
        page = await open_page(visitor, DOCUMENTS)
        await expect(page.get_by_role("button", name="Upload documents")).to_be_visible()
