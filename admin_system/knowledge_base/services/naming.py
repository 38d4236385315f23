"""What a document or topic may be called."""

from __future__ import annotations

import unicodedata

from admin_system.knowledge_base.errors import BadName

DOCUMENT_NAME = 300
TOPIC_NAME = 100
"""Characters at most."""
GONE = "\x7f"
"""Begins the name of what is being deleted, so that its own is free at once; nobody can give a
name with it."""


def check_name(name: str, longest: int = DOCUMENT_NAME) -> str:
    """The name. Raises BadName."""
    if not name.strip() or len(name) > longest:
        raise BadName("name_wrong_length", limit=longest)
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        raise BadName("name_with_control_characters")
    return name
