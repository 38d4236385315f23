"""Turns of a conversation: stopped, lost, asked anew, and the list in which conversations stand."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import expect

from admin_system.api.tests.library import LibraryClient
from admin_system.api.tests.pictures import draw_circle, to_base64
from admin_system.api.tests.server import ServerProcess
from admin_system.tests.pages.chat import ask, chatting, finished, read_conversation, send
from admin_system.tests.pages.streams import SLOTS, streams
from scripts.testing.needs import needs

pytestmark = needs("chromium")

LONG = " ".join(f"word{number}" for number in range(1500))
FILL = """
from datetime import timedelta
from django.contrib.auth.models import User
from django.utils import timezone
from admin_system.core.models import Conversation, Message
owner = f"user:{User.objects.get(username='colleague').pk}"
rows = [Conversation(owner=owner, title=f"Gauge {number:03}") for number in range(500)]
Conversation.objects.bulk_create(rows)
Message.objects.bulk_create(
    Message(conversation=row, role="user", content=f"valve {row.title[-3:]}") for row in rows)
for number, row in enumerate(rows):
    row.updated_at = timezone.now() - timedelta(hours=4 * number)
Conversation.objects.bulk_update(rows, ["updated_at"])
"""
"""Puts 500 conversations of the last three months into the database."""
PASTE = """data => {
    const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([bytes], "image.png", {type: "image/png"}));
    document.activeElement.dispatchEvent(
        new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
}"""
"""What a browser tells a page of a picture that is pasted."""


async def test_an_answer_is_stopped_made_again_and_asked_for_differently(
    echo_site: ServerProcess,
) -> None:
    """By keyboard, as far as it goes."""
    async with chatting(echo_site, language="en") as (visitor, page):
        await send(page, LONG)
        await expect(page.locator(".md.live")).to_contain_text("word5")
        await page.locator("#new").click()
        await expect(page.locator(".md")).to_have_count(0)
        await page.locator(".conv:has(.live:not([hidden])) .t").click()
        await expect(page.locator(".md.live")).to_contain_text("word9")
        await page.keyboard.press("Escape")
        stopped = await finished(page, 0)
        await expect(stopped).to_contain_text("What had been generated is kept above.")
        assert not (await stopped.locator(".md").inner_text()).endswith("word1499")
        await page.keyboard.press("ArrowUp")
        await expect(page.locator(".edit")).to_be_focused()
        await page.keyboard.press("ControlOrMeta+a")
        await page.keyboard.type("shorter")
        await page.keyboard.press("Enter")
        answer = await finished(page, 0)
        await expect(answer.locator(".md")).to_have_text("shorter")
        await expect(page.locator(".msg-u .steps-of")).to_contain_text("2 / 2")
        await answer.get_by_role("button", name="Answer again").click()
        await expect(page.locator(".msg-a .steps-of")).to_contain_text("2 / 2")
        await page.locator(".msg-a").get_by_role("button", name="Previous version").click()
        await expect(page.locator(".msg-a .steps-of")).to_contain_text("1 / 2")
        await page.locator(".msg-u").get_by_role("button", name="Previous version").click()
        await expect(page.locator(".msg-u .bub")).to_contain_text("word1499")
        await expect(page.locator(".msg-a")).to_contain_text("What had been generated is kept")
        whole = await read_conversation(page)
        assert whole["messages"][1]["finish_reason"] == "cancelled"
        conversations = await page.locator(".conv").count()
        await page.locator(".msg-a").get_by_role("button", name="Go on from here").click()
        await expect(page.locator(".conv")).to_have_count(conversations + 1)
        await page.keyboard.press("Escape")
        await page.locator("#title").click()
        await page.keyboard.press("?")
        await expect(page.get_by_role("dialog")).to_contain_text("Stop generating")
        await page.keyboard.press("Escape")
        await visitor.check_accessibility()


async def test_who_waits_sees_the_place_in_the_queue(site: ServerProcess) -> None:
    """The picture is pasted; the answer comes by itself once there is a slot."""
    async with chatting(site) as (_visitor, page):
        async with streams(site, SLOTS + 1):
            await page.evaluate(PASTE, to_base64(draw_circle()))
            await expect(page.locator("#strip .thumb")).to_have_count(1)
            await send(page, "框出红色的圆")
            await expect(page.locator(".msg-a")).to_contain_text("排队，下一个就是你")
        answer = await finished(page, 0)
        await expect(answer.locator(".box")).to_have_count(1)


async def test_a_question_is_asked_with_a_template_and_asked_again_with_it(
    echo_site: ServerProcess,
) -> None:
    template = {"slug": "loud", "name": "Loud", "kind": "chat", "language": "en"}
    service = LibraryClient(echo_site, "everything")
    with service.http:
        body = {**template, "text": "Say it loudly: {question}"}
        service.ask("POST", "/api/templates", 201, json=body)
    async with chatting(echo_site, language="en") as (_visitor, page):
        await page.click("#pick-template")
        await page.get_by_role("menuitemradio", name="Loud").click()
        answer = await ask(page, "good morning")
        await expect(answer.locator(".md")).to_have_text("Say it loudly: good morning")
        await page.reload()
        answer = await finished(page, 0)
        await expect(page.locator("#pick-template")).to_have_text("Loud")
        await answer.get_by_role("button", name="Answer again").click()
        await expect(page.locator(".msg-a .steps-of")).to_contain_text("2 / 2")
        await expect(page.locator(".msg-a .md")).to_have_text("Say it loudly: good morning")


async def test_what_had_come_is_kept_when_the_server_goes(own_echo_site: ServerProcess) -> None:
    async with chatting(own_echo_site, language="en") as (visitor, page):
        await send(page, LONG)
        await expect(page.locator(".md.live")).to_contain_text("word5")
        own_echo_site.stop()
        answer = page.locator(".msg-a")
        await expect(answer.get_by_role("alert")).to_contain_text("The connection was lost")
        await expect(answer.locator(".md")).to_contain_text("word5")
        await page.fill("#message", "later")
        own_echo_site.start_again()
        own_echo_site.wait_for("/readyz")
        await answer.get_by_role("button", name="Try again").click()
        whole = await finished(page, 0)
        await expect(whole.locator(".md")).to_contain_text("word1499")
        assert await page.input_value("#message") == "later"
        visitor.faults.clear()  # the browser's own words about a server that is away


async def test_five_hundred_conversations_are_paged_searched_named_saved_and_removed(
    own_echo_site: ServerProcess, tmp_path: Path
) -> None:
    own_echo_site.run_command("shell", "-c", FILL)
    async with chatting(own_echo_site, language="en") as (visitor, page):
        rows = page.locator(".conv")
        await expect(page.locator(".convs h2").first).to_have_text("Today")
        assert 50 <= await rows.count() < 500
        while (count := await rows.count()) < 500:
            await rows.last.scroll_into_view_if_needed()
            await page.wait_for_function(
                "count => document.querySelectorAll('.conv').length > count", arg=count
            )
        headings = await page.locator(".convs h2").all_inner_texts()
        assert headings[:4] == ["Today", "Yesterday", "Last 7 days", "Last 30 days"]
        assert len(headings) == len(set(headings))
        await page.keyboard.press("ControlOrMeta+k")
        await page.keyboard.type("valve 321")
        await expect(rows).to_have_count(1)
        await rows.get_by_role("button").click()
        await page.get_by_role("menuitem", name="Rename").click()
        await page.get_by_role("dialog").get_by_role("textbox").fill("The valve")
        await page.keyboard.press("Enter")
        await expect(rows).to_have_text("The valve")
        await rows.get_by_role("link").click()
        await expect(page.locator("#title")).to_have_text("The valve")
        for kind, beginning in (("Markdown", "# The valve"), ("JSON", "{")):
            await page.click("#more")
            async with page.expect_download() as download:
                await page.get_by_role("menuitem", name=kind).click()
            saved = await download.value
            await saved.save_as(tmp_path / "saved")
            assert (tmp_path / "saved").read_text("utf-8").startswith(beginning)
            assert saved.suggested_filename.startswith("The valve.")
        await page.click("#more")
        await page.get_by_role("menuitem", name="Delete").click()
        await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        await expect(page.locator(".convs")).to_contain_text("No conversation has these words.")
        await expect(page.locator("#title")).to_have_text("New chat")
        await page.fill("#search", "")
        await expect(rows.first).to_be_visible()
        await ask(page, "hello")
        await expect(rows.first).to_have_text("hello")
        await visitor.check_accessibility()
