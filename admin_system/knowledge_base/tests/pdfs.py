"""PDF files as programs make them: columns, scans, running heads, a password, a turned page."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from admin_system.core.drawing import FONT
from admin_system.knowledge_base.tests.files import ROWS, picture

NAME = "MicroHei"
WIDTH, HEIGHT = A4


def canvas(**options: Any) -> tuple[Canvas, BytesIO]:
    if NAME not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(NAME, str(FONT)))
    out = BytesIO()
    return Canvas(out, pagesize=A4, **options), out


def finish(page: Canvas, out: BytesIO) -> bytes:
    page.save()
    return out.getvalue()


def write(page: Canvas, text: str, left: float, top: float, size: float = 11) -> None:
    """`top` is the distance of the baseline from the upper edge, in points."""
    page.setFont(NAME, size)
    page.drawString(left, HEIGHT - top, text)


def wrap(text: str, width: int) -> list[str]:
    return [text[i : i + width] for i in range(0, len(text), width)]


def two_columns(left: list[str], right: list[str], title: str) -> bytes:
    """Row by row, so that the order of the file is not the order of reading."""
    page, out = canvas()
    write(page, title, 150, 60, 20)
    for i in range(max(len(left), len(right))):
        for lines, x in ((left, 60), (right, 315)):
            if i < len(lines):
                write(page, lines[i], x, 100 + 16 * i)
    return finish(page, out)


def pages(texts: list[list[str]], *, head: str = "", **options: Any) -> bytes:
    page, out = canvas(**options)
    for number, lines in enumerate(texts, 1):
        if head:
            write(page, head, 60, 40, 9)
            write(page, f"- {number} -", 290, HEIGHT - 30, 9)
        for i, line in enumerate(lines):
            write(page, line, 60, 90 + 16 * i)
        page.showPage()
    return finish(page, out)


def scan() -> bytes:
    page, out = canvas()
    image = Image.open(BytesIO(picture("扫描的合同", (1240, 1754))))
    page.drawImage(ImageReader(image), 0, 0, WIDTH, HEIGHT)
    page.showPage()
    write(page, "第二页有文字，可以直接读取，不需要模型。这里还有一张照片在旁边。", 60, 90)
    page.drawImage(ImageReader(BytesIO(picture("照片"))), 60, 300, 200, 150)
    page.showPage()
    return finish(page, out)


def table() -> bytes:
    page, out = canvas()
    write(page, "下面是各产品的销量，按季度统计，单位为件，数据来自各门店的月报。", 60, 90)
    for i, row in enumerate(ROWS):
        for text, x in zip(row, (60, 200, 340), strict=True):
            write(page, text, x, 130 + 18 * i)
    return finish(page, out)


LOCKED = pages([["secret"]], encrypt=StandardEncryption("opensesame", strength=128))
