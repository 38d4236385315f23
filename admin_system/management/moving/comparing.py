"""Whether searches by words and by vectors find the same in both databases."""

from __future__ import annotations

import math
import sqlite3

import numpy as np

from admin_system.knowledge_base.database_index import DatabaseIndex
from admin_system.knowledge_base.embedding import current_profile
from admin_system.knowledge_base.index_contents import NUMBER, read_contents, stored_vectors
from admin_system.knowledge_base.keywords import keyword_index
from admin_system.knowledge_base.services.rebuilding import in_keyword_index
from admin_system.management.moving.beside import MoveFault
from admin_system.vector_search.lexical import LexicalIndex
from admin_system.vector_search.recall import NEIGHBOURS, find_truth, sample_questions

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


def compare_vector_searches() -> None:
    """What pgvector finds is what an exact search of the moved vectors finds. Raises MoveFault."""
    profile = current_profile()
    row = stored_vectors(profile.pk).first() if profile else None
    if profile is None or row is None:
        return
    dim = len(row.data) // NUMBER.itemsize
    contents = read_contents(profile.pk, dim)
    if len(contents.ids) < NEIGHBOURS:
        return
    index, ids = DatabaseIndex(profile.pk, dim), np.array(contents.ids)
    questions = sample_questions(contents.vectors, QUESTIONS)
    place = {id_: at for at, id_ in enumerate(contents.ids)}
    for question, truth in zip(
        questions, find_truth(questions, ids, contents.vectors), strict=True
    ):
        expected = [float(contents.vectors[place[id_]] @ question) for id_ in truth]
        found = [hit.cosine for hit in index.search(question, NEIGHBOURS)]
        if len(found) != len(expected) or not np.allclose(found, expected, atol=1e-4):
            raise MoveFault("move_searches_differ", query=profile.name)
