"""A picture is dropped, a question asked, the answer seen with its boxes and sources."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw
from playwright.async_api import FilePayload, Page, expect

from admin_system.api.tests.library import LibraryClient
from admin_system.api.tests.pictures import RED_CIRCLE, draw_circle
from admin_system.api.tests.prepare import MANUALS
from admin_system.api.tests.server import ServerProcess
from admin_system.tests.pages.chat import ask, chatting, drop, finished, read_conversation, send
from admin_system.tests.pages.places import off_by
from scripts.testing.needs import needs

pytestmark = needs("chromium")


async def test_a_dropped_picture_is_answered_with_boxes_in_their_place(
    site: ServerProcess,
) -> None:
    async with chatting(site) as (visitor, page):
        await drop(page, draw_circle())
        await expect(page.locator("#strip .thumb")).to_have_count(1)
        answer = await ask(page, "框出红色的圆")
        await expect(answer.locator(".box")).to_have_count(1)
        message = (await read_conversation(page))["messages"][-1]
        assert await off_by(page.locator(".found .box").first, message["boxes"][0]["box"]) <= 2
        assert (
            max(abs(a - b) for a, b in zip(message["boxes"][0]["box"], RED_CIRCLE, strict=True))
            <= 6
        )  # of a picture of 300 x 240 pixels
        await answer.locator(".box-row").hover()
        await expect(answer.locator(".box.hot")).to_have_count(1)
        await answer.locator(".box").click()
        await expect(answer.locator(".box-row")).to_have_attribute("aria-pressed", "true")
        await expect(page.locator("#spoken")).to_have_text("回答完成")
        await expect(page.locator("#banner .banner")).to_be_visible()
        await visitor.check_accessibility()
        await drop(page, b"hello", "notes.txt", "text/plain")
        await expect(page.locator("#refused")).to_contain_text("notes.txt")


GROW = """thread => {
    const more = document.createElement('div');
    more.style.height = '900px';
    thread.append(more);
    document.getElementById('scroll').dispatchEvent(new Event('scroll'));
}"""
"""As a picture that comes between a step of scrolling and the event that tells of it."""
AT_THE_END = """() => {
    const {scrollTop, scrollHeight, clientHeight} = document.getElementById('scroll');
    return scrollHeight - scrollTop - clientHeight < 2;
}"""


async def test_a_low_screen_holds_the_start_and_follows_the_end(echo_site: ServerProcess) -> None:
    async with chatting(echo_site, language="en", size=(375, 480)) as (_, page):
        inside = "hero => hero.scrollHeight <= hero.clientHeight"
        assert await page.locator("#hero").evaluate(inside)
        await ask(page, "one\n\n" * 30)
        await page.wait_for_function(AT_THE_END)
        await page.locator("#thread").evaluate(GROW)
        await page.wait_for_function(AT_THE_END)
        await expect(page.locator(".jump")).to_be_hidden()
        await page.locator("#scroll").evaluate("place => place.scrollBy(0, -400)")
        await expect(page.locator(".jump")).to_be_visible()


async def test_a_box_stands_on_what_is_drawn(echo_site: ServerProcess) -> None:
    """The echo boxes the middle half; on a picture of another shape, chosen by the file dialog."""
    picture = Image.new("RGB", (900, 500), "white")
    middle = (225, 125, 675, 375)
    ImageDraw.Draw(picture).rectangle(middle, fill="navy")
    data = BytesIO()
    picture.save(data, "PNG")
    async with chatting(echo_site, language="en", size=(375, 740)) as (visitor, page):
        file = FilePayload(name="slide.png", mimeType="image/png", buffer=data.getvalue())
        await page.set_input_files("#file", [file, file])
        await expect(page.locator("#strip .thumb")).to_have_count(2)
        await page.locator("#strip .x").first.click()
        await ask(page, "find the slide")
        assert await off_by(page.locator(".found .box").first, middle) <= 2
        await visitor.check_width()
        await page.locator(".found .acts, .found-side .btn").last.click()
        await expect(page.locator("dialog.enlarged .box")).to_have_count(1)
        await page.keyboard.press("Escape")
        await expect(page.locator("dialog")).to_have_count(0)
        await page.locator(".pic-frame").click()
        await expect(page.locator("dialog.enlarged img")).to_be_visible()
        await page.keyboard.press("Escape")
        await drop(page, b"no picture at all", "broken.png")
        await send(page, "and this?")
        await expect(page.get_by_role("alert").last).to_contain_text("not a picture")
        await page.get_by_role("button", name="Back to the composer").click()
        await expect(page.locator("#message")).to_have_value("and this?")
        await expect(page.locator("#strip .thumb")).to_have_count(1)
        await expect(page.locator(".msg-u")).to_have_count(1)


async def test_a_citation_opens_the_passage_it_rests_on(site: ServerProcess) -> None:
    library = LibraryClient(site, "everything")
    with library.http:
        library.add_text(
            "The coolant of the lathe is changed every ninety days.\n\nThe spindle is oiled daily.",
            MANUALS,
            "Lathe manual",
        )
    async with chatting(site, "root", language="en") as (visitor, page):
        await page.click("#pick-topic")
        await page.get_by_role("menuitemradio", name=MANUALS).click()
        await expect(page.locator("#pick-topic")).to_have_class("chip on")
        answer = await ask(page, "How often is the coolant of the lathe changed?")
        await answer.locator(".md .cite").first.click()
        drawer = page.locator("#drawer")
        await expect(drawer.locator("mark").first).to_contain_text("every ninety days")
        await expect(drawer.locator(".doc")).to_contain_text("Lathe manual")
        await expect(answer.locator(".md .cite").first).to_have_attribute("aria-expanded", "true")
        await visitor.check_accessibility()
        await page.keyboard.press("Escape")
        await expect(drawer).to_be_hidden()
        await expect(answer.locator(".md .cite").first).to_be_focused()
        await page.reload()
        again = await finished(page, 0)
        await again.locator(".src").click()
        await expect(drawer).to_be_visible()
        await expect(page.locator("#pick-topic")).to_have_text(MANUALS)


async def test_what_is_asked_while_the_model_is_away_is_answered_later(
    own_site: ServerProcess,
) -> None:
    """Without a model the page says so and keeps the question; it sees by itself that one came."""
    library = LibraryClient(own_site, "everything")
    with library.http:
        library.ask("POST", "/api/service/unload", 202)
        async with chatting(own_site, "root", language="en") as (_visitor, page):
            await expect(page.locator("#hero h2")).to_have_text("No model is available right now")
            await send(page, "How are you?")
            answer = await finished(page, 0)
            await expect(answer.get_by_role("alert")).to_contain_text("Number for the log: req_")
            await expect(answer.get_by_role("link", name="Open models")).to_be_visible()
            await expect(page.locator("#banner")).to_contain_text("No model is available")
            await load_by_keys(await page.context.new_page(), own_site)
            await expect(page.locator("#banner")).to_contain_text("demonstration model")
            await answer.get_by_role("button", name="Try again").click()
            await finished(page, 0)
            await expect(page.locator(".fault-card")).to_have_count(0)
            whole = await read_conversation(page)
            assert whole["messages"][-1]["content"]
            assert len(whole["messages"][-1]["siblings"]) == 1
            library.ask("POST", "/api/service/reload", 202)
            await send(page, "And now?")
            await finished(page, 1)
            await expect(page.locator(".msg-a").nth(1).locator(".md")).not_to_be_empty()
            await expect(page.locator(".fault-card")).to_have_count(0)


async def load_by_keys(page: Page, site: ServerProcess) -> None:
    """On the page of models, in a tab of its own, without a mouse."""
    await page.goto(f"{site.url}/admin/models/")
    button = page.get_by_role("button", name="Load: builtin-demo")
    await expect(button).to_be_visible()
    for _ in range(80):
        await page.keyboard.press("Tab")
        if await button.evaluate("button => button === document.activeElement"):
            break
    await expect(button).to_be_focused()
    await page.keyboard.press("Enter")
    row = page.get_by_role("article", name="builtin-demo")
    await expect(row.get_by_text("Ready", exact=True)).to_be_visible()
    await page.close()
