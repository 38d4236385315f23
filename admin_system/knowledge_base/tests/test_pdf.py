"""PDF pages come out in reading order, lines joined, scans as pictures."""

from __future__ import annotations

from admin_system.knowledge_base.readers import read_document
from admin_system.knowledge_base.tests import files, pdfs


def test_two_columns_are_read_one_after_the_other() -> None:
    left = pdfs.wrap(files.CHINESE, 20)
    right = [
        "The lighthouse on Gull Is-",
        "land was built in 1871. Its lamp",
        "burned whale oil until 1904.",
        "Ships could see its light from",
        "nineteen miles away.",
    ]
    reading = read_document(pdfs.two_columns(left, right, "青石镇年鉴"), "a.pdf")
    assert [block.text for block in reading.blocks] == [
        "青石镇年鉴",
        files.CHINESE,
        "The lighthouse on Gull Island was built in 1871. Its lamp burned whale oil until 1904. "
        "Ships could see its light from nineteen miles away.",
    ]
    assert reading.blocks[0].kind == "heading"


def test_a_sentence_goes_on_across_pages_and_running_heads_are_dropped() -> None:
    lines = pdfs.wrap(files.CHINESE, 26)
    data = pdfs.pages([lines[:2], lines[2:], ["第三页的内容。"]], head="青石镇年鉴")
    reading = read_document(data, "a.pdf")
    assert reading.text == f"{files.CHINESE}\n\n第三页的内容。"
    assert [block.page for block in reading.blocks] == [1, 2, 3]
    assert [block.continues for block in reading.blocks] == [False, True, False]


def test_a_page_without_text_is_a_scan_and_a_photo_beside_text_is_found() -> None:
    reading = read_document(pdfs.scan(), "a.pdf")
    assert [(one.source, one.page) for one in reading.pictures] == [("scan", 1), ("embedded", 2)]
    assert reading.pictures[0].data.startswith(b"\xff\xd8\xff")
    assert max(reading.pictures[0].width, reading.pictures[0].height) == 2000
    assert reading.text.startswith("第二页有文字")


def test_aligned_cells_are_a_table() -> None:
    blocks = read_document(pdfs.table(), "a.pdf").blocks
    assert [block.kind for block in blocks] == ["paragraph", "table"]
    assert blocks[1].text.splitlines()[2] == "| 台灯 | 一季度 | 120 |"
