"""What a keyword index is, whatever database keeps it: rows, hits, counts and their weights."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from admin_system.vector_search.coverage import asking_tokens, inverse_frequency
from admin_system.vector_search.frequencies import Frequencies
from admin_system.vector_search.tokens import to_token_strings, tokenize

BUDGET = 10_000
"""Entries of the index that a search may read: the rarest tokens say most and cost least."""
ALWAYS_SEARCHED = 3
"""Rarest tokens that are searched however many passages hold them."""
ALL_PASSAGES = ""
"""The number of all passages is remembered under this token, which no text has."""

Tokens = Mapping[str, str]
"""Texts with their tokens, as `to_token_strings` gives them."""
NOTHING_KNOWN: Tokens = MappingProxyType({})
Values = list[tuple[int, str, str]]
"""Id, topic and tokens of each row."""


@dataclass(frozen=True, slots=True)
class KeywordRow:
    """A passage as it was added; the index keeps no text, so removing needs the same again."""

    id: int
    text: str
    topic: int = 0


@dataclass(frozen=True, slots=True)
class KeywordHit:
    id: int
    relevance: float
    """BM25, larger is better; orders the hits of one query, compares with nothing else."""


class KeywordIndex(ABC):
    """For one thread, as its connection is; changes belong to the connection's transaction."""

    def __init__(self, frequencies: Frequencies | None = None) -> None:
        self._frequencies = frequencies or Frequencies()

    @abstractmethod
    def create(self) -> None: ...

    @abstractmethod
    def drop(self) -> None: ...

    @abstractmethod
    def clear(self) -> None: ...

    @abstractmethod
    def add(self, rows: Iterable[KeywordRow], tokens: Tokens = NOTHING_KNOWN) -> None:
        """The ids must be new: an index without content does not notice a double one.

        `tokens` are those of texts that were cut up before, outside the transaction.
        """

    @abstractmethod
    def remove(self, rows: Iterable[KeywordRow], tokens: Tokens = NOTHING_KNOWN) -> None:
        """Each must be as it was added, in text and topic, or the index tells wrong counts."""

    @abstractmethod
    def is_whole(self) -> bool:
        """The database's own check of its structure."""

    @abstractmethod
    def counts_exactly(self, rows: Iterable[KeywordRow]) -> bool:
        """Whether every word occurs as often as in these rows: one that was removed with another
        text than it was added with leaves words behind. Cuts all texts up again."""

    @abstractmethod
    def ids(self) -> list[int]:
        """All that it holds, sorted; for comparing with the database."""

    def search(
        self,
        query: str,
        limit: int,
        *,
        topics: Collection[int] | None = None,
        ids: Collection[int] | None = None,
    ) -> list[KeywordHit]:
        """The best of the allowed topics and ids, best first; equal ones by their id."""
        tokens = self._choose(list(dict.fromkeys(tokenize(query))))
        if not tokens or limit <= 0 or (topics is not None and not topics):
            return []
        return self._search(tokens, limit, topics, ids)

    def count(self, topics: Collection[int] | None = None) -> int:
        """Passages of the topics, or all."""
        if topics is None:
            return self._frequencies.get(ALL_PASSAGES, self._count_passages)
        return sum(self._count(map(topic_token, topics)).values())

    def weigh(self, query: str) -> dict[str, float]:
        """The idf of each token that `coverage` compares; one that no passage has weighs most."""
        passages = self.count()
        return {
            token: inverse_frequency(passages, min(passages, count))
            for token, count in self._count(asking_tokens(query)).items()
        }

    @abstractmethod
    def _search(
        self,
        tokens: list[str],
        limit: int,
        topics: Collection[int] | None,
        ids: Collection[int] | None,
    ) -> list[KeywordHit]: ...

    @abstractmethod
    def _ask(self, tokens: list[str]) -> dict[str, int]:
        """Passages that hold each."""

    @abstractmethod
    def _count_passages(self, _token: str) -> int: ...

    def _choose(self, tokens: list[str]) -> list[str]:
        """The rarest ones within the budget; those that no passage has are left out."""
        counts = {token: count for token, count in self._count(tokens).items() if count}
        chosen: list[str] = []
        spent = 0
        for token in sorted(counts, key=lambda token: (counts[token], token)):
            spent += counts[token]
            if spent > BUDGET and len(chosen) >= ALWAYS_SEARCHED:
                break
            chosen.append(token)
        return chosen

    def _count(self, tokens: Iterable[str]) -> dict[str, int]:
        return self._frequencies.get_all(tokens, self._ask)


class KeywordRebuild(ABC):
    """A keyword index made anew beside the one that is searched, which it then takes the place of.

    On one connection; one at a time on one database. Its transactions are short: what is slow,
    cutting texts into tokens, is done outside of them.
    """

    @abstractmethod
    def begin(self) -> None:
        """Also does away with what a killed process began."""

    def cut(self, rows: Iterable[KeywordRow]) -> Values:
        """Outside a transaction."""
        return to_values(rows, NOTHING_KNOWN)

    @abstractmethod
    def put(self, values: Values, changed: Collection[int] = ()) -> None:
        """In a transaction. Rows of the `changed` ids leave the new index first, as far as they are
        in it; other ids must be new."""

    @abstractmethod
    def take_over(self) -> None:
        """In a transaction: the new index is the one that is searched."""

    @abstractmethod
    def forget(self) -> None:
        """What is not searched yet; may be repeated."""


def to_values(rows: Iterable[KeywordRow], tokens: Tokens) -> Values:
    listed = list(rows)
    unknown = list({row.text: None for row in listed if row.text not in tokens})
    found = dict(zip(unknown, to_token_strings(unknown), strict=True))
    return [
        (row.id, topic_token(row.topic), found.get(row.text) or tokens.get(row.text, ""))
        for row in listed
    ]


def topic_token(topic: int) -> str:
    """Begins with what no token of a text has, so that it counts for no word."""
    return f"§{topic}"
