"""EPUB: the chapters in the order of the book's spine (EPUB 3.3, W3C), each read as a page."""

from __future__ import annotations

import posixpath
import zipfile
from urllib.parse import unquote

from bs4 import BeautifulSoup

from admin_system.knowledge_base.errors import DamagedDocument
from admin_system.knowledge_base.readers.archives import (
    open_archive,
    read_member,
    refuse_entities,
)
from admin_system.knowledge_base.readers.draft import Draft
from admin_system.knowledge_base.readers.embedded import add_embedded
from admin_system.knowledge_base.readers.encodings import decode_text
from admin_system.knowledge_base.readers.html import add_page, find_content, parse_html
from admin_system.knowledge_base.readers.limits import Limits
from admin_system.knowledge_base.readers.reading import Reading

CONTAINER = "META-INF/container.xml"


def read_epub(data: bytes, limits: Limits) -> Reading:
    """Pages are chapters. Raises DamagedDocument, and what `open_archive` raises."""
    draft = Draft("epub", limits, "chapter")
    with open_archive(data, limits) as archive:
        rootfile = _read_xml(archive, CONTAINER).find("rootfile")
        if rootfile is None:
            raise DamagedDocument("document_damaged", format="EPUB")
        package_name = str(rootfile.get("full-path"))
        package = _read_xml(archive, package_name)
        title = package.find("title")
        draft.title = title.get_text() if title else ""
        items = {item.get("id"): item for item in package.find_all("item")}
        names = set(archive.namelist())
        for reference in package.find_all("itemref"):
            item = items.get(reference.get("idref"))
            if item is None or "nav" in str(item.get("properties", "")).split():
                continue
            name = _resolve(package_name, str(item.get("href")))
            if name in names:
                _add_chapter(draft, archive, name, names)
    return draft.finish()


def _add_chapter(draft: Draft, archive: zipfile.ZipFile, name: str, names: set[str]) -> None:
    content = read_member(archive, name)
    refuse_entities(content)
    soup = parse_html(decode_text(content))
    draft.turn_page()
    # Cover pages draw their picture in SVG, which is no text and goes in `find_content`.
    pictures = [
        _resolve(name, str(tag.get("src") or tag.get("xlink:href") or ""))
        for tag in soup.find_all(["img", "image"])
    ]
    add_page(draft, find_content(soup))
    for target in pictures:
        if target in names:
            add_embedded(draft, read_member(archive, target))


def _read_xml(archive: zipfile.ZipFile, name: str) -> BeautifulSoup:
    content = read_member(archive, name)
    refuse_entities(content)
    return BeautifulSoup(content, "xml")


def _resolve(base: str, href: str) -> str:
    """A member's name from a reference in another; an address elsewhere names no member."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(href.split("#")[0])))
