"""HTML: what a person reads on the page; nothing is run, nothing is fetched."""

from __future__ import annotations

import re
import warnings
from typing import TypeGuard

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EncodingDetector
from bs4.element import NavigableString, PageElement, PreformattedString

from admin_system.knowledge_base.readers.archives import refuse_entities
from admin_system.knowledge_base.readers.draft import Draft
from admin_system.knowledge_base.readers.encodings import decode_text
from admin_system.knowledge_base.readers.limits import Limits
from admin_system.knowledge_base.readers.reading import Kind, Reading
from admin_system.knowledge_base.readers.tables import to_markdown

UNREAD = [
    *("script", "style", "noscript", "template", "svg", "canvas", "iframe", "object", "embed"),
    *("form", "button", "select", "input", "textarea", "nav", "aside", "footer", "head"),
    *("audio", "video", "map", "dialog", "menu"),
]
AROUND = re.compile(
    r"(?:^|[-_ ])(?:nav|navbar|menu|sidebar|breadcrumbs?|footer|cookies?|advert|ads|banner|share"
    r"|social|pagination|related|comments?|popup|modal)(?:$|[-_ ])",
    re.I,
)
"""Classes and ids of what stands around the text."""
HEADINGS = {f"h{level}": level for level in range(1, 7)}
BLOCKS = {
    *HEADINGS,
    *("p", "div", "section", "article", "main", "header", "ul", "ol", "li", "dl", "dt", "dd"),
    *("table", "caption", "thead", "tbody", "tr", "td", "th", "pre", "blockquote", "figure"),
    *("figcaption", "address", "hr", "body", "details", "summary", "center"),
}
DEEPEST = 200
"""Levels of nesting that are followed."""
DECLARED = re.compile(rb"<!entity", re.I)


def read_html(data: bytes, limits: Limits) -> Reading:
    """Raises UnsafeDocument where entities are declared, and what `decode_text` raises."""
    if DECLARED.search(data[:65536]):
        refuse_entities(data)
    soup = parse_html(_decode(data))
    draft = Draft("html", limits)
    draft.title = soup.title.get_text() if soup.title else ""
    add_page(draft, find_content(soup))
    return draft.finish()


def parse_html(text: str) -> BeautifulSoup:
    with warnings.catch_warnings():
        # It warns that XHTML could be read as XML, and that a short text looks like a file name.
        warnings.simplefilter("ignore")
        return BeautifulSoup(text, "lxml")


def _decode(data: bytes) -> str:
    """As the page declares it, where that is true; else as any text."""
    declared = EncodingDetector.find_declared_encoding(data[:4096], is_html=True)
    if declared and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        name = "gb18030" if declared.lower() in ("gb2312", "gbk") else declared
        try:
            return data.decode(name)
        except (UnicodeDecodeError, LookupError):
            pass
    return decode_text(data)


def find_content(soup: BeautifulSoup) -> Tag:
    """The part that holds the text, without what stands around it."""
    for tag in soup(UNREAD):
        tag.decompose()
    body = soup.body or soup
    whole = len(body.get_text())
    for tag in body.find_all(True):
        if tag.decomposed or tag.name in ("body", "main", "article"):
            continue
        if tag.has_attr("hidden") or tag.get("aria-hidden") == "true":
            tag.decompose()
            continue
        if AROUND.search(_names(tag)) and len(tag.get_text()) < whole / 3:
            tag.decompose()
    for name in ("main", "article"):
        found = body.find_all(name)
        if len(found) == 1 and len(found[0].get_text()) > len(body.get_text()) / 2:
            return found[0]
    return body


def _names(tag: Tag) -> str:
    listed = [*tag.get_attribute_list("class"), *tag.get_attribute_list("id")]
    return " ".join(name for name in listed if name)


def add_page(draft: Draft, root: Tag) -> None:
    """The blocks under a tag, in their order."""
    _add_children(draft, root, "paragraph", 0)


def _add_children(draft: Draft, root: Tag, kind: Kind, depth: int) -> None:
    if depth > DEEPEST:
        draft.add(kind, root.get_text(" "))
        return
    loose: list[str] = []
    for child in root.children:
        if isinstance(child, Tag) and (child.name in BLOCKS or _holds_blocks(child)):
            draft.add(kind, "".join(loose))
            loose = []
            _add_tag(draft, child, kind, depth + 1)
        elif isinstance(child, Tag):
            loose.append(_inline(child))
        elif _is_text(child):
            loose.append(re.sub(r"\s+", " ", child))
    draft.add(kind, "".join(loose))


def _holds_blocks(tag: Tag) -> bool:
    return tag.find(list(BLOCKS)) is not None


def _add_tag(draft: Draft, tag: Tag, kind: Kind, depth: int) -> None:
    if tag.name in HEADINGS:
        draft.add("heading", _inline(tag), level=HEADINGS[tag.name])
    elif tag.name == "table" and not tag.find("table"):
        _add_table(draft, tag)
    elif tag.name == "pre":
        draft.add("paragraph", tag.get_text())
    elif tag.name == "li" and not _holds_blocks(tag):
        draft.add("list", f"- {_inline(tag)}")
    else:
        _add_children(draft, tag, "list" if tag.name in ("li", "dt", "dd") else kind, depth)


def _add_table(draft: Draft, table: Tag) -> None:
    rows: list[list[str]] = []
    for row in table.find_all("tr"):
        cells: list[str] = []
        for cell in row.find_all(["td", "th"]):
            span = str(cell.get("colspan", "1"))
            more = min(int(span[:4]), 50) - 1 if span.isdecimal() else 0
            cells += [_inline(cell), *[""] * more]
        rows.append(cells)
    if table.caption:
        draft.add("paragraph", _inline(table.caption))
    if max((sum(bool(cell.strip()) for cell in row) for row in rows), default=0) <= 1:
        for texts in rows:
            draft.add("paragraph", "".join(texts))
    else:
        draft.add("table", to_markdown(rows))


def _inline(tag: Tag) -> str:
    """The text of a tag in one line but for `br`; a picture stands as its alternative text."""
    if tag.name == "br":
        return "\n"
    if tag.name == "img":
        return str(tag.get("alt") or "")
    parts: list[str] = []
    for part in tag.descendants:
        if isinstance(part, Tag):
            if part.name == "br":
                parts.append("\n")
            elif part.name == "img":
                parts.append(str(part.get("alt") or ""))
            elif part.name in BLOCKS:
                parts.append(" ")
        elif _is_text(part):
            parts.append(re.sub(r"\s+", " ", part))
    return "".join(parts)


def _is_text(node: PageElement) -> TypeGuard[NavigableString]:
    """Not a comment, a declaration or the like."""
    return isinstance(node, NavigableString) and not isinstance(node, PreformattedString)
