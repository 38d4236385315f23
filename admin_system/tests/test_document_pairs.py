"""The Chinese and the English documents are equal: same chapters, headings, examples and links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from admin_system.management.chapters import CHAPTERS
from admin_system.tests.house import ROOT

DOCS = ROOT / "docs"
BILINGUAL = {"configuration", "from-the-old-system"}
"""Speak both languages in one file."""
SUMMARIES = {"measurements"}
"""The log of figures is kept in English; the Chinese file sums it up and links to it."""
PAIRS = sorted(set(CHAPTERS) - BILINGUAL - SUMMARIES)
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
HAN = re.compile(r"[\u4e00-\u9fff]")
COMMENT = re.compile(r"\s+#\s.*$", re.MULTILINE)


def pair(chapter: str) -> tuple[str, str]:
    english, chinese = DOCS / f"{chapter}.md", DOCS / "zh" / f"{chapter}.md"
    return english.read_text("utf-8"), chinese.read_text("utf-8")


def headings(text: str) -> list[int]:
    """Their levels."""
    found = re.findall(r"^(#+) ", BLOCK.sub("", text), re.MULTILINE)
    return [len(marks) for marks in found]


def test_every_chapter_is_in_the_list() -> None:
    assert {path.stem for path in DOCS.glob("*.md") if path.stem.isascii()} == set(CHAPTERS)
    assert {path.stem for path in (DOCS / "zh").glob("*.md")} == set(CHAPTERS) - BILINGUAL


@pytest.mark.parametrize("chapter", PAIRS)
def test_both_languages_have_the_same_headings_and_examples(chapter: str) -> None:
    english, chinese = pair(chapter)
    assert headings(english) == headings(chinese)
    blocks = [
        [(kind, COMMENT.sub("", code)) for kind, code in BLOCK.findall(text)]
        for text in (english, chinese)
    ]
    assert blocks[0] == blocks[1]


@pytest.mark.parametrize("chapter", PAIRS)
def test_tables_tell_the_same_rows(chapter: str) -> None:
    """By what stands in the first cell of a row in backquotes: addresses, codes, commands."""
    english, chinese = (
        re.findall(r"^\| .*?(`[^`]+`)", text, re.MULTILINE) for text in pair(chapter)
    )
    spoken = [[cell for cell in cells if not is_spoken(cell)] for cells in (english, chinese)]
    assert spoken[0] == spoken[1]


def is_spoken(cell: str) -> bool:
    """Sentences and placeholders are another in each language."""
    is_address = cell.startswith(("`GET", "`POST", "`PATCH", "`DELETE", "`{"))
    return bool(HAN.search(cell)) or (" " in cell and not is_address)


@pytest.mark.parametrize("chapter", PAIRS)
def test_each_file_speaks_its_own_language(chapter: str) -> None:
    english, chinese = (BLOCK.sub("", text) for text in pair(chapter))
    assert len(HAN.findall(english)) < 60
    assert len(HAN.findall(chinese)) > len(chinese) / 8


def test_the_contents_name_every_chapter_in_both_languages() -> None:
    text = (DOCS / "readme" / "README.md").read_text("utf-8")
    linked = {Path(target) for target in re.findall(r"\]\(\.\./(.+?)\)", text)}
    expected = {Path(f"{chapter}.md") for chapter in CHAPTERS}
    expected |= {Path(f"zh/{chapter}.md") for chapter in set(CHAPTERS) - BILINGUAL}
    assert linked == expected
