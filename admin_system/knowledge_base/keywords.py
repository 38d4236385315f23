"""The keyword index inside Django's database and transactions, and one memory of its counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from django.db import connection

from admin_system.knowledge_base.models import Passage
from admin_system.vector_search.frequencies import Frequencies
from admin_system.vector_search.keyword_index import KeywordIndex, KeywordRebuild, KeywordRow
from admin_system.vector_search.lexical import LexicalIndex
from admin_system.vector_search.lexical_rebuild import LexicalRebuild
from admin_system.vector_search.tsvector import TsvectorIndex
from admin_system.vector_search.tsvector_rebuild import TsvectorRebuild

FREQUENCIES = Frequencies()


def keyword_index() -> KeywordIndex:
    """On the connection of this thread; what it changes belongs to the open transaction."""
    if connection.vendor == "postgresql":
        return TsvectorIndex(connection, FREQUENCIES)
    return LexicalIndex(raw_connection(), FREQUENCIES)


def keyword_rebuild() -> KeywordRebuild:
    """On the connection of this thread."""
    if connection.vendor == "postgresql":
        return TsvectorRebuild(connection)
    return LexicalRebuild(raw_connection())


def raw_connection() -> sqlite3.Connection:
    """Only where the database is SQLite."""
    connection.ensure_connection()
    raw: sqlite3.Connection = connection.connection
    return raw


def to_keyword_row(passage: Passage) -> KeywordRow:
    """As it stands in the index: removing needs the very same text and topic."""
    return KeywordRow(passage.pk, passage.indexed_text, passage.document.topic_id)


def to_keyword_rows(passages: Iterable[Passage], topic: int) -> list[KeywordRow]:
    """Of one topic."""
    return [KeywordRow(passage.pk, passage.indexed_text, topic) for passage in passages]
