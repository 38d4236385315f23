"""Whether the vector index in use finds what an exact search of all vectors finds."""

from __future__ import annotations

from admin_system.knowledge_base.embedding import current_profile
from admin_system.knowledge_base.index_contents import read_contents
from admin_system.knowledge_base.live_index import get_live_index
from admin_system.vector_search.members import to_ids
from admin_system.vector_search.recall import NEIGHBOURS, find_truth, sample_questions

QUESTIONS = 200


def measure_recall_of_index() -> float | None:
    """Share 0..1 of the ten true neighbours of made questions; None where there are fewer vectors,
    or no embedding model. Reads all vectors, a moment for 100,000.

    Raises EmbedderLoadError, EmbedderFault.
    """
    profile = current_profile()
    if profile is None:
        return None
    index = get_live_index(profile).get(patience=None)
    contents = read_contents(profile.pk, index.dim)
    if len(contents.ids) < NEIGHBOURS:
        return None
    questions = sample_questions(contents.vectors, QUESTIONS)
    truth = find_truth(questions, to_ids(contents.ids), contents.vectors)
    shared = sum(
        len({hit.id for hit in index.search(question, NEIGHBOURS)}.intersection(map(int, nearest)))
        for question, nearest in zip(questions, truth, strict=True)
    )
    return round(shared / truth.size, 4)
