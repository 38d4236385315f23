"""Which ids an index holds and the topic of each."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from admin_system.vector_search.subset import Ids, Subset

REMEMBERED = 64
"""Sets of topics whose subsets are kept until one of their passages changes."""


class Members:
    """Sorted, so that a few ids are found among a million without looking at the rest.

    Not safe for threads while it changes: the index's lock guards it.
    """

    def __init__(self, ids: Ids | None = None, topics: Ids | None = None) -> None:
        self.ids = np.empty(0, np.int64) if ids is None else ids
        self.topics = np.empty(0, np.int64) if topics is None else topics
        if (self.ids[1:] <= self.ids[:-1]).any():
            order = np.argsort(self.ids)
            self.ids, self.topics = self.ids[order], self.topics[order]
        self._subsets: dict[frozenset[int], Subset] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, ids: Ids, topics: Ids) -> None:
        """None of the ids may be held."""
        self._forget(topics)
        order = np.argsort(ids)
        ids, topics = ids[order], topics[order]
        places = np.searchsorted(self.ids, ids)
        if len(places) and places[0] == len(self.ids):  # as new rows of a database are numbered
            self.ids = np.concatenate([self.ids, ids])
            self.topics = np.concatenate([self.topics, topics])
        else:
            self.ids = np.insert(self.ids, places, ids)
            self.topics = np.insert(self.topics, places, topics)

    def remove(self, ids: Ids) -> None:
        places = self._places(ids)
        self._forget(self.topics[places])
        self.ids = np.delete(self.ids, places)
        self.topics = np.delete(self.topics, places)

    def present(self, ids: Ids) -> Ids:
        """Those of `ids` that are held."""
        return ids[self._held(ids)]

    def select(self, topics: Collection[int] | None, ids: Collection[int] | None) -> Subset | None:
        """The ids of these topics that are also among `ids`; None when that is no limit."""
        if ids is not None:
            places = self._places(np.unique(to_ids(ids)))
            if topics is not None:
                places = places[np.isin(self.topics[places], to_ids(topics))]
            found = Subset(self.ids[places])
        elif topics is not None:
            found = self._of_topics(frozenset(topics))
        else:
            return None
        return None if len(found) == len(self) else found

    def _of_topics(self, topics: frozenset[int]) -> Subset:
        subset = self._subsets.get(topics)
        if subset is None:
            subset = Subset(self.ids[np.isin(self.topics, to_ids(topics))])
            if len(self._subsets) < REMEMBERED:
                self._subsets[topics] = subset
        return subset

    def _forget(self, topics: Ids) -> None:
        """The subsets that one of these topics belongs to."""
        touched = frozenset(np.unique(topics).tolist())
        self._subsets = {
            chosen: subset for chosen, subset in self._subsets.items() if not chosen & touched
        }

    def _held(self, ids: Ids) -> NDArray[np.bool_]:
        if not len(self.ids):
            return np.zeros(len(ids), bool)
        places = np.searchsorted(self.ids, ids)
        held: NDArray[np.bool_] = self.ids[np.minimum(places, len(self.ids) - 1)] == ids
        return held

    def _places(self, ids: Ids) -> NDArray[np.intp]:
        """Of those that are held."""
        return np.searchsorted(self.ids, self.present(ids))


def to_ids(values: Collection[int]) -> Ids:
    return np.fromiter(values, dtype=np.int64, count=len(values))
