"""Which ids an index holds and the topic of each."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from admin_system.vector_search.subset import Ids, Subset

REMEMBERED = 64
"""Sets of topics whose subsets are kept until something changes."""


class Members:
    """Not safe for threads while it changes: the index's lock guards it."""

    def __init__(self, ids: Ids | None = None, topics: Ids | None = None) -> None:
        self.ids = np.empty(0, np.int64) if ids is None else ids
        self.topics = np.empty(0, np.int64) if topics is None else topics
        self._subsets: dict[frozenset[int], Subset] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, ids: Ids, topics: Ids) -> None:
        self._subsets = {}
        self.ids = np.concatenate([self.ids, ids])
        self.topics = np.concatenate([self.topics, topics])

    def remove(self, ids: Ids) -> None:
        self._subsets = {}
        kept = ~np.isin(self.ids, ids)
        self.ids, self.topics = self.ids[kept], self.topics[kept]

    def present(self, ids: Ids) -> Ids:
        """Those of `ids` that are held."""
        return ids[np.isin(ids, self.ids)]

    def select(self, topics: Collection[int] | None, ids: Collection[int] | None) -> Subset | None:
        """The ids of these topics that are also among `ids`; None when that is no limit."""
        found = None if topics is None else self._of_topics(frozenset(topics))
        if ids is not None:
            among = self.ids if found is None else found.ids
            found = Subset(among[np.isin(among, to_ids(ids))])
        return None if found is None or len(found) == len(self) else found

    def _of_topics(self, topics: frozenset[int]) -> Subset:
        subset = self._subsets.get(topics)
        if subset is None:
            subset = Subset(self.ids[np.isin(self.topics, to_ids(topics))])
            if len(self._subsets) < REMEMBERED:
                self._subsets[topics] = subset
        return subset


def to_ids(values: Collection[int]) -> Ids:
    return np.fromiter(values, dtype=np.int64, count=len(values))
