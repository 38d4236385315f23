"""The chapters of `docs/` as pages: Markdown to HTML, and a line for every message."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from admin_system.core.types import Language
from admin_system.env import BASE_DIR
from admin_system.messages import MESSAGES

DOCS = BASE_DIR / "docs"
CHAPTERS = (
    "start",
    "models",
    "api",
    "websocket",
    "knowledge-base",
    "administration",
    "security",
    "beyond-one-machine",
    "configuration",
    "troubleshooting",
    "from-the-old-system",
    "architecture",
    "development",
    "measurements",
)
"""In the order of reading."""
TROUBLES = "troubleshooting"
ANCHOR = re.compile(r'<a id="(\w+)"></a>')
CHAPTER_LINK = re.compile(r"(?:\.\./|zh/)*([\w-]+)\.md(#.*)?")
NO_FAULTS = ("export_", "import_", "jobs_", "profile_", "stage_", "admin_", "key_made")
"""Beginnings of codes that report how things go, and ask nobody to do anything."""
VALUE = re.compile(r"\{\w+\}")
HEADS = {"zh": ("其他信息", "代码", "看到的话"), "en": ("All other messages", "code", "you see")}


def find_chapter(name: str, language: Language) -> Path:
    """Chapters that speak both languages in one file have no Chinese twin."""
    translated = DOCS / "zh" / f"{name}.md"
    return translated if language == "zh" and translated.exists() else DOCS / f"{name}.md"


def read_title(name: str, language: Language) -> str:
    with find_chapter(name, language).open(encoding="utf-8") as file:
        return file.readline().lstrip("# ").strip()


def render_chapter(name: str, language: Language) -> str:
    """HTML of one of CHAPTERS; the files are our own, so that HTML in them is taken as it is."""
    text = find_chapter(name, language).read_text("utf-8")
    if name == TROUBLES:
        text += _other_messages(language, known=set(ANCHOR.findall(text)))
    markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = markdown.parse(text)
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", _slug(tokens[place + 1].content))
        for inner in token.children or ():
            if inner.type == "link_open":
                _lead_to_page(inner)
    html: Any = markdown.renderer.render(tokens, markdown.options, {})
    return str(html)


def _slug(heading: str) -> str:
    """As GitHub names a heading, so that the same links work there."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _lead_to_page(link: Token) -> None:
    """To the page of a chapter; what lies outside the chapters is only named."""
    target = str(link.attrGet("href") or "")
    if target.startswith(("http:", "https:", "#", "/")):
        return
    found = CHAPTER_LINK.fullmatch(target)
    if found and found[1] in CHAPTERS:
        link.attrSet("href", f"/help/{found[1]}/{found[2] or ''}")
    else:
        del link.attrs["href"]


def _other_messages(language: Language, known: set[str]) -> str:
    """A table of what no line of the chapter is about; the sentences say themselves what to do."""
    head, code_head, words_head = HEADS[language]
    rows = []
    for code, (english, chinese) in sorted(MESSAGES.items()):
        if code not in known and not code.startswith(NO_FAULTS):
            words = VALUE.sub("…", chinese if language == "zh" else english)
            words = escape(words).replace("|", "\\|").replace("\n", " ").replace("`", "&#96;")
            rows.append(f'| <a id="{code}"></a>`{code}` | {words} |')
    return f"\n## {head}\n\n| {code_head} | {words_head} |\n| --- | --- |\n" + "\n".join(rows)
