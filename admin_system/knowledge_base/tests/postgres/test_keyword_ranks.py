"""Ranks of words whose counts were taken at different moments."""

from __future__ import annotations

import pytest

from admin_system.knowledge_base.models import Topic
from admin_system.knowledge_base.services.adding import NewDocument, add_text
from admin_system.knowledge_base.services.searching import search_passages
from admin_system.knowledge_base.tests.conftest import Work
from admin_system.vector_search import frequencies


def test_a_word_of_all_passages_is_searched_while_more_of_them_come(
    library: Topic, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frequencies, "DEAR", 1)  # the number of all passages is remembered
    for number in range(4):
        add_text(NewDocument(library, f"{number}.md"), f"Pump {number}, hall{number}.")
        work()
        hits = search_passages(query=f"hall{number}", mode="keyword").hits
        assert hits[0].passage.text == f"Pump {number}, hall{number}."
    assert len(search_passages(query="pump", mode="keyword").hits) == 4
