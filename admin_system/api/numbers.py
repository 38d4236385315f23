"""Numbers of topics, documents and passages in addresses."""

from __future__ import annotations

from admin_system.api.paging import LARGEST
from admin_system.knowledge_base.errors import EntryNotFound


def read_number(text: str, code: str) -> int:
    """What is no number is the number of nothing. Raises EntryNotFound with that code."""
    if not (text.isascii() and text.isdigit()) or int(text[:20]) > LARGEST:
        raise EntryNotFound(code, id=text[:40])
    return int(text)
