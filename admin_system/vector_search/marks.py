"""Where the words of a question stand in a passage, to be shown to people."""

from __future__ import annotations

from itertools import pairwise

from admin_system.vector_search.coverage import asking_tokens
from admin_system.vector_search.folding import fold
from admin_system.vector_search.tokens import RUN, stem

Mark = tuple[int, int]
"""Characters of the passage: the first, and the one behind the last."""


def find_marks(question: str, passage: str) -> list[Mark]:
    """In their order, those that touch joined.

    Words count by their stem, Chinese by pairs of characters: a single one says little, and only
    counts where the question has it in no pair.
    """
    tokens = set(asking_tokens(question))
    paired = {character for token in tokens if len(token) == 2 for character in token}
    wanted = {token for token in tokens if len(token) > 1 or token not in paired}
    folded, places = fold_with_places(passage)
    found: list[Mark] = []
    for match in RUN.finditer(folded):
        run, word = match.groups()
        if word:
            if stem(word) in wanted:
                found.append((match.start(), match.end()))
            continue
        first = match.start()
        found += [(first + i, first + i + 1) for i, sign in enumerate(run) if sign in wanted]
        found += [
            (first + i, first + i + 2)
            for i, pair in enumerate(pairwise(run))
            if "".join(pair) in wanted
        ]
    return [(places[begin], places[end - 1] + 1) for begin, end in join(sorted(found))]


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """The text as it is compared, and of each of its characters the one that it was made of."""
    parts = [fold(character) for character in text]
    places = [place for place, part in enumerate(parts) for _ in part]
    return "".join(parts), places


def join(marks: list[Mark]) -> list[Mark]:
    joined: list[Mark] = []
    for begin, end in marks:
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined
