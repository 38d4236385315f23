"""Ids and topics of an index, held against a plain dictionary."""

from __future__ import annotations

import random

import numpy as np

from admin_system.vector_search.members import Members, to_ids


def test_members_are_what_was_added_and_not_removed() -> None:
    chosen = random.Random(4)  # noqa: S311 - no secret
    members = Members()
    topic_of: dict[int, int] = {}
    for _ in range(200):
        ids = [id_ for id_ in chosen.sample(range(500), 12) if id_ not in topic_of]
        topics = [chosen.randrange(5) for _ in ids]
        members.add(to_ids(ids), to_ids(topics))
        topic_of.update(zip(ids, topics, strict=True))
        gone = chosen.sample(range(500), 9)
        members.remove(to_ids(gone))
        for id_ in gone:
            topic_of.pop(id_, None)
        asked = chosen.sample(range(600), 40)
        assert members.present(to_ids(asked)).tolist() == [id_ for id_ in asked if id_ in topic_of]
        wanted = chosen.sample(range(5), 2)
        for among in (None, asked):
            subset = members.select(wanted, among)
            allowed = sorted(
                id_
                for id_, topic in topic_of.items()
                if topic in wanted and (among is None or id_ in among)
            )
            assert (members.ids if subset is None else subset.ids).tolist() == allowed
        assert dict(zip(members.ids.tolist(), members.topics.tolist(), strict=True)) == topic_of


def test_ids_of_a_file_may_stand_in_any_order() -> None:
    members = Members(np.array([7, 3, 9]), np.array([70, 30, 90]))
    assert members.ids.tolist() == [3, 7, 9]
    assert members.topics.tolist() == [30, 70, 90]
