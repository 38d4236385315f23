"""Whether searches by keywords find the same in both databases."""

from __future__ import annotations

import math
import sqlite3

from admin_system.knowledge_base.keywords import keyword_index
from admin_system.knowledge_base.services.rebuilding import in_keyword_index
from admin_system.management.moving.source import MoveFault
from admin_system.vector_search.lexical import LexicalIndex

QUESTIONS = 50
"""Beginnings of passages from all over the library."""
ASKED_CHARACTERS = 60
COMPARED = 10


def compare_searches(source: sqlite3.Connection) -> None:
    """Raises MoveFault. The same ranks are asked for, not the same passages: equal ones may
    change places by the last digit of their rank."""
    theirs, ours = LexicalIndex(source), keyword_index()
    if theirs.ids() != ours.ids():
        raise MoveFault("move_searches_differ", query="*")
    passages = in_keyword_index().order_by("pk")
    step = max(1, passages.count() // QUESTIONS)
    for passage in passages[::step]:
        query = passage.text[:ASKED_CHARACTERS]
        expected = [hit.relevance for hit in theirs.search(query, COMPARED)]
        found = [hit.relevance for hit in ours.search(query, COMPARED)]
        if len(found) != len(expected) or not all(
            math.isclose(one, other, rel_tol=1e-6)
            for one, other in zip(found, expected, strict=True)
        ):
            raise MoveFault("move_searches_differ", query=query)
