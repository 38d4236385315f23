"""The keyword index inside Django's database and transactions, and one memory of its counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from django.db import connection

from admin_system.knowledge_base.models import Passage
from admin_system.vector_search.frequencies import Frequencies
from admin_system.vector_search.lexical import KeywordRow, LexicalIndex
from admin_system.vector_search.lexical_rebuild import LexicalRebuild

FREQUENCIES = Frequencies()


def keyword_index() -> LexicalIndex:
    """On the connection of this thread; what it changes belongs to the open transaction."""
    return LexicalIndex(raw_connection(), FREQUENCIES)


def lexical_rebuild() -> LexicalRebuild:
    """On the connection of this thread."""
    return LexicalRebuild(raw_connection())


def raw_connection() -> sqlite3.Connection:
    connection.ensure_connection()
    raw: sqlite3.Connection = connection.connection
    return raw


def to_keyword_row(passage: Passage) -> KeywordRow:
    """As it stands in the index: removing needs the very same text and topic."""
    return KeywordRow(passage.pk, passage.indexed_text, passage.document.topic_id)


def to_keyword_rows(passages: Iterable[Passage], topic: int) -> list[KeywordRow]:
    """Of one topic."""
    return [KeywordRow(passage.pk, passage.indexed_text, topic) for passage in passages]
