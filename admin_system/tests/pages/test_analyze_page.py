"""The page of picture analysis: dropped, asked, answered, edited and exported, as people do it."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from PIL import Image, ImageDraw
from playwright.async_api import FilePayload, Locator, Page, expect

from admin_system.api.tests.prepare import PASSWORD
from admin_system.api.tests.server import ServerProcess
from admin_system.tests.browser import WAIT, Visit, visit
from scripts.testing.needs import needs

pytestmark = needs("chromium")
expect.set_options(timeout=WAIT)

SIZE = (640, 448)
CIRCLE = (96, 120, 256, 280)
"""Where the red circle is drawn: x1, y1, x2, y2."""
NEAR = 2.0
"""Pixels of the screen."""


def draw_circle(colour: tuple[int, int, int] = (220, 40, 40)) -> bytes:
    image = Image.new("RGB", SIZE, (236, 230, 220))
    x1, y1, x2, y2 = CIRCLE
    ImageDraw.Draw(image).ellipse((x1, y1, x2 - 1, y2 - 1), fill=colour)
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
async def visitor(site: ServerProcess) -> AsyncIterator[Visit]:
    async with visit(site.url) as found:
        await found.log_in("root", PASSWORD)
        await found.page.goto(f"{site.url}/analyze/")
        yield found


async def drop(page: Page, name: str, data: bytes) -> None:
    """As a file dragged in from elsewhere; anywhere on the page counts."""
    await page.evaluate(
        """([name, text]) => {
            const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([bytes], name, {type: "image/png"}));
            for (const kind of ["dragenter", "dragover", "drop"])
                document.body.dispatchEvent(
                    new DragEvent(kind, {dataTransfer, bubbles: true, cancelable: true}));
        }""",
        [name, base64.b64encode(data).decode()],
    )


async def find_and_wait(page: Page, label: str, count: int = 1) -> None:
    await expect(page.locator("#strip .caption")).to_have_count(count)
    await page.locator(".entry").fill(label)
    await page.keyboard.press("Enter")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#strip .ok")).to_have_count(count)


async def corners_of(place: Locator) -> list[float]:
    """On the screen: x1, y1, x2, y2."""
    box = await place.bounding_box()
    assert box is not None
    return [box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]]


async def on_screen(page: Page, box: tuple[int, ...] | list[int]) -> list[float]:
    """Where pixels of the picture stand, from the picture alone."""
    left, top, right, bottom = await corners_of(page.locator(".frame img"))
    across, down = (right - left) / SIZE[0], (bottom - top) / SIZE[1]
    starts, scales = (left, top, left, top), (across, down, across, down)
    return [start + value * scale for start, value, scale in zip(starts, box, scales, strict=True)]


async def drag(page: Page, start: list[float], end: list[float]) -> None:
    """By way of somewhere else: what moves a few pixels only counts as a click."""
    await page.mouse.move(*start)
    await page.mouse.down()
    await page.mouse.move(end[0] + 30, end[1] + 30)
    await page.mouse.move(*end)
    await page.mouse.up()


async def read_set(page: Page) -> dict[str, Any]:
    """As the server has it, when all edits are kept."""
    found: dict[str, Any] = await page.evaluate(
        """async () => (await fetch(
            "/api/picture-sets/" + new URLSearchParams(location.search).get("set"))).json()"""
    )
    return found


def read_json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def near(one: list[float], other: list[float]) -> bool:
    return all(abs(a - b) <= NEAR for a, b in zip(one, other, strict=True))


def overlap(one: list[int], other: tuple[int, ...]) -> float:
    """Intersection over union."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    both = max(0, width) * max(0, height)
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return both / (areas - both)


async def test_a_dropped_picture_is_answered_edited_and_exported(visitor: Visit) -> None:
    page = visitor.page
    await drop(page, "圆.png", draw_circle())
    await find_and_wait(page, "红色圆形")
    await expect(page.locator(".answer")).to_have_text("红色圆形")

    found = (await read_set(page))["pictures"][0]["analysis"]["boxes"]
    assert [one["label"] for one in found] == ["红色圆形"]
    box = page.locator(".frame .box").first
    assert near(await corners_of(box), await on_screen(page, found[0]["box"]))
    assert overlap(found[0]["box"], CIRCLE) > 0.75, "the demonstration model sees about as well"

    # Its lower right corner is pulled to where the drawing ends, by the handle.
    _, _, right, bottom = await on_screen(page, found[0]["box"])
    end = await on_screen(page, CIRCLE)
    await box.click()
    await drag(page, [right, bottom], end[2:])
    await expect(page.locator(".res .xy")).to_contain_text(f"{CIRCLE[2]}, {CIRCLE[3]}")

    # Moved by the keys until its upper left corner fits too, then grown back.
    x1, y1 = found[0]["box"][:2]
    await page.keyboard.press("F2")
    await expect(page.locator(".res.editing input").first).to_be_focused()
    await page.keyboard.type("圆")
    await page.get_by_label("x1").fill(str(CIRCLE[0]))
    await page.get_by_label("y1").fill(str(CIRCLE[1]))
    await page.keyboard.press("Enter")
    await expect(page.locator(".res .t")).to_have_text("圆")
    assert near(await corners_of(box), await on_screen(page, CIRCLE))

    # Another one is drawn, renamed at once, and undone.
    await page.locator(".frame").press("b")
    await drag(page, *[(await on_screen(page, (400, 100, 500, 200)))[at : at + 2] for at in (0, 2)])
    await expect(page.locator(".res.editing")).to_be_visible()
    await page.keyboard.type("方")
    await page.keyboard.press("Enter")
    await expect(page.locator(".frame .box")).to_have_count(2)
    await page.keyboard.press("Control+z")
    await page.keyboard.press("Control+z")
    await expect(page.locator(".frame .box")).to_have_count(1)
    await page.keyboard.press("Control+Shift+z")
    await page.keyboard.press("Control+Shift+z")
    await expect(page.locator(".saved")).to_have_text("已保存")

    kept = (await read_set(page))["pictures"][0]["analysis"]
    assert kept["edited"]
    assert kept["model_boxes"] == found
    assert kept["boxes"][0] == {"label": "圆", "box": list(CIRCLE)}
    assert kept["boxes"][1]["label"] == "方"
    drawn = [float(value) for value in kept["boxes"][1]["box"]]
    assert near(drawn, [400.0, 100.0, 500.0, 200.0])
    assert (x1, y1) != CIRCLE[:2], "or nothing was tried"

    await page.get_by_role("button", name="导出").click()
    async with page.expect_download() as coming:
        await page.get_by_role("menuitem", name="COCO").click()
    download = await coming.value
    coco = read_json(await download.path())
    assert download.suggested_filename.startswith("圆 ")
    assert coco["images"][0]["file_name"] == "圆.png"
    assert [one["bbox"] for one in coco["annotations"]] == [
        [x1, y1, x2 - x1, y2 - y1] for x1, y1, x2, y2 in (one["box"] for one in kept["boxes"])
    ]
    await page.get_by_role("button", name="导出").click()
    async with page.expect_download() as coming:
        await page.get_by_role("menuitem", name="只导出这一张").click()
    with Image.open(await (await coming.value).path()) as image:
        assert image.size == SIZE
        assert image.convert("RGB").getpixel((450, 101)) != (236, 230, 220), "the edit is drawn"


async def test_a_folder_runs_through_and_is_there_again(visitor: Visit, tmp_path: Path) -> None:
    page = visitor.page
    folder = tmp_path / "街口巡查"
    folder.mkdir()
    colours = ((220, 40, 40), (40, 80, 200), (40, 160, 70))
    for number, colour in enumerate(colours, 9):
        (folder / f"{number}.png").write_bytes(draw_circle(colour))
    (folder / "notes.txt").write_text("nothing to see", encoding="utf-8")
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="选择文件夹").click()
    await (await chooser.value).set_files(folder)
    await expect(page.locator("#title")).to_have_text("街口巡查")
    await expect(page.locator("#strip .caption")).to_have_text(["9", "10", "11"])
    await expect(page.locator("#strip .turning")).to_have_count(0)
    await expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "true")

    await page.locator(".send").click()
    await page.locator(".send.stop").click()
    await expect(page.locator(".send.stop")).to_have_count(0)
    await expect(page.locator("#strip .turning")).to_have_count(0)
    await find_and_wait(page, "蓝色圆形", 3)
    await expect(page.locator("#progress")).to_have_text("3 / 3 已完成")
    await page.keyboard.press("Escape")
    await page.locator(".frame").focus()
    await page.keyboard.press("PageDown")
    await expect(page.locator(".name")).to_contain_text("10.png")
    await expect(page.locator(".res .t")).to_have_text("蓝色圆形")

    await page.locator(".frame .box").click()
    await page.keyboard.press("Delete")
    for key, boxes in (("Control+z", 1), ("PageUp", 0), ("PageDown", 1)):
        await page.keyboard.press(key)
        await expect(page.locator(".frame .box")).to_have_count(boxes)
    await expect(page.locator(".saved")).to_have_text("已保存")

    await page.reload()
    await expect(page.locator("#title")).to_have_text("街口巡查")
    await expect(page.locator("#strip .ok")).to_have_count(3)
    await expect(page.locator(".chip")).to_have_text("蓝色圆形")
    await page.get_by_role("button", name="导出").click()
    async with page.expect_download() as coming:
        await page.get_by_role("menuitem", name="YOLO").click()
    with ZipFile(await (await coming.value).path()) as archive:
        assert {"labels/9.txt", "images/10.png", "classes.txt"} <= set(archive.namelist())

    await drop(page, "notes.txt", b"no picture at all")
    await expect(page.get_by_role("alert")).to_contain_text("notes.txt")
    await expect(page.locator("#strip .caption")).to_have_count(3)
    (told,) = visitor.faults  # the browser's own word on the refusal
    assert "400" in told
    visitor.faults.clear()


async def test_a_set_is_named_for_the_pictures_in_it(visitor: Visit) -> None:
    page = visitor.page
    async with page.expect_file_chooser() as choosing:
        await page.get_by_role("button", name="选择图片").click()
    payloads: list[FilePayload] = [
        {"name": "泵房.png", "mimeType": "image/png", "buffer": draw_circle()},
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no picture at all"},
    ]
    await (await choosing.value).set_files(payloads)
    await expect(page.get_by_role("alert")).to_contain_text("notes.txt")
    await expect(page.locator("#title")).to_have_text("泵房")
    visitor.faults.clear()  # the browser's own word on the refusal


async def test_boxes_can_be_drawn_by_keys_alone_where_no_model_was_asked(visitor: Visit) -> None:
    page = visitor.page
    await drop(page, "手工.png", draw_circle())
    await expect(page.locator("#strip .caption")).to_have_count(1)
    await expect(page.locator("#strip .turning")).to_have_count(0)
    await page.get_by_role("button", name="画新框 (B)").press("Enter")
    await drag(page, *[(await on_screen(page, (10, 10, 60, 60)))[at : at + 2] for at in (0, 2)])
    await page.keyboard.type("标签")
    await page.keyboard.press("Enter")
    before = [10, 10, 60, 60]
    for key in ("ArrowRight", "Shift+ArrowDown", "Alt+ArrowRight"):
        await page.keyboard.press(key)
    await expect(page.locator(".saved")).to_have_text("已保存")
    analysis = (await read_set(page))["pictures"][0]["analysis"]
    assert (analysis["model"], analysis["model_boxes"]) == ("", [])
    (box,) = analysis["boxes"]
    moved = [before[0] + 1, before[1] + 10, before[2] + 2, before[3] + 10]
    assert box["label"] == "标签"
    assert near([float(value) for value in box["box"]], [float(value) for value in moved])
    await page.keyboard.press("Delete")
    await expect(page.locator(".frame .box")).to_have_count(0)
    await expect(page.locator(".frame")).to_be_focused()


async def test_the_page_is_for_everybody(site: ServerProcess) -> None:
    async with visit(site.url, language="en", dark=True) as visitor:
        page = visitor.page
        await visitor.log_in("root", PASSWORD)
        await page.goto(f"{site.url}/analyze/")
        await drop(page, "circle.png", draw_circle())
        await find_and_wait(page, "red circle")
        await page.locator(".frame .box").click()
        await visitor.check_accessibility()
        await visitor.check_other_theme()
        await page.set_viewport_size({"width": 375, "height": 740})
        await visitor.check_width()
        assert near(
            await corners_of(page.locator(".frame .box")),
            await on_screen(
                page, (await read_set(page))["pictures"][0]["analysis"]["boxes"][0]["box"]
            ),
        )
