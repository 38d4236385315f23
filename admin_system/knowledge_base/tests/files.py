"""Real files of every kind that is read, made by the libraries that others make them with."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from admin_system.core.drawing import FONT

CHINESE = (
    "青石镇的水车建于一九三六年，由木匠周大山设计。它每天可以提水四百桶，灌溉下游的稻田。"
    "二〇一二年，镇里的居民集资修复了水车，并在旁边建起一座小小的博物馆。"
)
ENGLISH = (
    "The lighthouse on Gull Island was built in 1871. Its lamp burned whale oil until 1904, when "
    "the keeper installed an incandescent burner. Ships could see it from nineteen miles away."
)
ROWS = [["产品", "季度", "销量"], ["台灯", "一季度", "120"], ["书架", "二季度", "85"]]
QUESTIONS = [
    ["问题", "答案"],
    ["怎么退货？", "七天内联系客服。"],
    ["运费多少？", "满一百元免运费。"],
]


def picture(text: str = "仓库三号", size: tuple[int, int] = (400, 300)) -> bytes:
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).text((20, 20), text, "black", ImageFont.truetype(FONT, 40))
    return saved(image.save, "PNG")


def saved(save: Any, *arguments: str) -> bytes:
    out = BytesIO()
    save(out, *arguments)
    return out.getvalue()


def docx() -> bytes:
    from docx import Document

    document = Document()
    document.core_properties.title = "年度报告"
    document.add_heading("第一章 水车", 1)
    document.add_paragraph(CHINESE)
    document.add_heading("Lighthouse", 2)
    document.add_paragraph(ENGLISH)
    document.add_paragraph("检查齿轮", style="List Bullet")
    table = document.add_table(0, 3)
    for row in ROWS:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.add_picture(BytesIO(picture()))
    return saved(document.save)


def pptx() -> bytes:
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    for title, text in (("水车的历史", CHINESE), ("The lighthouse", ENGLISH)):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = text
    table = slide.shapes.add_table(3, 3, Inches(1), Inches(5), Inches(6), Inches(1)).table
    for r, row in enumerate(ROWS):
        for c, text in enumerate(row):
            table.cell(r, c).text = text
    slide.notes_slide.notes_text_frame.text = "讲到这里停一下。"
    return saved(deck.save)


def xlsx(sheets: dict[str, Sequence[Sequence[object]]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book["Sheet"])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return saved(book.save)


def with_picture(data: bytes, sheet: str) -> bytes:
    from openpyxl import load_workbook
    from openpyxl.drawing.image import Image as SheetImage

    book = load_workbook(BytesIO(data))
    book[sheet].add_image(SheetImage(BytesIO(picture())), "C3")
    return saved(book.save)


def calculated(data: bytes, formula: str, value: str) -> bytes:
    """The workbook as a program leaves it that calculates: with the formula's value beside it."""
    name = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(BytesIO(data)) as archive:
        content = archive.read(name).decode()
    for empty in ("<v></v>", "<v />", "<v/>"):
        content = content.replace(f"<f>{formula}</f>{empty}", f"<f>{formula}</f><v>{value}</v>")
    assert f"<v>{value}</v>" in content
    return replace_member(data, name, content.encode())


def replace_member(data: bytes, name: str, content: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            new.writestr(info.filename, content if info.filename == name else old.read(info))
    return out.getvalue()


def zipped(members: dict[str, bytes], name_encoding: str = "utf-8") -> bytes:
    """With names in an encoding that the archive does not tell, as Windows in Chinese does."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for i, content in enumerate(members.values()):
            archive.writestr(f"{i:x}" * 8, content)
    data = out.getvalue()
    if name_encoding == "utf-8":
        out = BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return out.getvalue()
    for i, name in enumerate(members):
        raw = name.encode(name_encoding)
        assert len(raw) == 8, "the placeholder has eight bytes"
        data = data.replace(f"{i:x}".encode() * 8, raw)
    return data


def epub() -> bytes:
    container = (
        '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
        '<rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
    )
    package = (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>水车与灯塔</dc:title>'
        '</metadata><manifest><item id="a" href="text/one%20.xhtml"/><item id="b" '
        'href="text/two.xhtml"/><item id="p" href="p.png"/></manifest>'
        '<spine><itemref idref="a"/><itemref idref="b"/></spine></package>'
    )
    page = (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/'
        'xhtml"><head><title>x</title></head><body><h1>{}</h1><p>{}</p>{}</body></html>'
    )
    return zipped(
        {
            "mimetype": b"application/epub+zip",
            "META-INF/container.xml": container.encode(),
            "OEBPS/book.opf": package.encode(),
            "OEBPS/text/one .xhtml": page.format("水车", CHINESE, "").encode(),
            "OEBPS/text/two.xhtml": page.format(
                "Lighthouse", ENGLISH, '<img src="../p.png"/>'
            ).encode(),
            "OEBPS/p.png": picture(),
        }
    )


HTML = f"""<!DOCTYPE html><html><head><title>水车 - 青石镇</title><script>alert("x")</script>
<style>p {{color: red}}</style></head><body><nav><a href="/">首页</a></nav>
<div class="cookie-banner">We use cookies</div>
<div id="content"><h1>水车</h1><p>{CHINESE}</p><!-- secret --><h2>Lighthouse</h2>
<p>{ENGLISH}<br>Second <b>line</b>.</p><ul><li>检查齿轮</li><li>加油</li></ul>
<table><tr><th>产品</th><th>销量</th></tr><tr><td>台灯</td><td>120</td></tr></table>
<img src="http://example.com/x.png" alt="水车的照片"></div>
<footer>版权所有</footer></body></html>"""

MARKDOWN = f"""---
title: 水车
---
# 水车

{CHINESE}

## Lighthouse

{ENGLISH}

- 检查齿轮
- 加油

| 产品 | 销量 |
| --- | --- |
| 台灯 | 120 |
"""
