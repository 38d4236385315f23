"""TXT: chapters by their usual titles, paragraphs by blank lines, wrapped lines joined."""

from __future__ import annotations

import re
from functools import reduce

from admin_system.knowledge_base.readers.archives import refuse_entities
from admin_system.knowledge_base.readers.draft import Draft
from admin_system.knowledge_base.readers.encodings import decode_text
from admin_system.knowledge_base.readers.limits import Limits
from admin_system.knowledge_base.readers.lines import (
    LIST_MARK,
    are_wrapped,
    ends_a_sentence,
    join_lines,
)
from admin_system.knowledge_base.readers.reading import Reading

CHAPTER = re.compile(
    r"第\s*[一二三四五六七八九十百千零〇\d]{1,6}\s*([卷部篇编章回节])(?:\s|$|[^的，。])"
    r"|chapter \d+\b",
    re.I,
)
LEVELS = {"卷": 1, "部": 1, "篇": 1, "编": 1, "章": 2, "回": 2, "节": 3}
LONGEST_TITLE = 40
"""Characters."""


def read_plain_text(data: bytes, limits: Limits) -> Reading:
    """Raises UnsafeDocument for XML that declares entities, and what `decode_text` raises."""
    if data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<?xml", b"<!DOCTYPE")):
        refuse_entities(data)
    draft = Draft("txt", limits)
    text = decode_text(data).replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")
    for chunk in re.split(r"\n[ \t\u3000]*\n", text):
        lines = [line for line in chunk.split("\n") if line.strip()]
        if lines and are_wrapped([line.strip() for line in lines]):
            draft.add("paragraph", reduce(join_lines, lines))
            continue
        for line in lines:
            _add_line(draft, line.strip())
    return draft.finish()


def _add_line(draft: Draft, line: str) -> None:
    chapter = CHAPTER.match(line)
    if chapter and len(line) <= LONGEST_TITLE and not ends_a_sentence(line):
        draft.add("heading", line, level=LEVELS.get(chapter.group(1) or "", 2))
    else:
        draft.add("list" if LIST_MARK.match(line) else "paragraph", line)
