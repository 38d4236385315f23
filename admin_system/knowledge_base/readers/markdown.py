"""Markdown: parsed as CommonMark with tables, read like the page it stands for."""

from __future__ import annotations

import re

from admin_system.knowledge_base.readers.draft import Draft
from admin_system.knowledge_base.readers.encodings import decode_text
from admin_system.knowledge_base.readers.html import UNREAD, add_page, parse_html
from admin_system.knowledge_base.readers.limits import Limits
from admin_system.knowledge_base.readers.reading import Reading

FRONT_MATTER = re.compile(r"---\s*\n(.*?)\n---\s*\n", re.S)
TITLE = re.compile(r"^title:\s*[\"']?(.+?)[\"']?\s*$", re.M)


def read_markdown(data: bytes, limits: Limits) -> Reading:
    """Raises what `decode_text` raises."""
    from markdown_it import MarkdownIt

    text = decode_text(data).replace("\r\n", "\n")
    draft = Draft("markdown", limits)
    front = FRONT_MATTER.match(text)
    if front:
        text = text[front.end() :]
        title = TITLE.search(front.group(1))
        draft.title = title.group(1) if title else ""
    soup = parse_html(MarkdownIt("commonmark").enable("table").render(text))
    for tag in soup(UNREAD):
        tag.decompose()
    add_page(draft, soup.body or soup)
    if not draft.title and draft.blocks and draft.blocks[0].kind == "heading":
        draft.title = draft.blocks[0].text
    return draft.finish()
