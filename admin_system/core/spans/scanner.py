"""Splits an answer into its pieces, whatever its grammar, also while it is still growing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from admin_system.core.spans.json_form import read_json
from admin_system.core.spans.pairs import read_pairs
from admin_system.core.spans.pieces import Piece, Step, Words
from admin_system.core.spans.tags import read_tag

Reader = Callable[[str, int, bool], Step]
"""Text, place and whether the text is complete; begins at the mark that it is registered for."""

READERS: dict[str, Reader] = {
    "<": read_tag,
    "`": read_json,
    "[": read_json,
    "{": read_json,
    "(": read_pairs,
    "（": read_pairs,
}
INTERESTING = re.compile("|".join(map(re.escape, READERS)))


def find_pieces(text: str, *, final: bool = True) -> Iterator[Piece]:
    """The pieces in order. Malformed spans are words or nothing, never an exception.

    With `final` False the pieces end where a later token could still change what follows.
    """
    place = 0
    while place < len(text):
        found = INTERESTING.search(text, place)
        if found is None:
            yield Words(text[place:])
            return
        if found.start() > place:
            yield Words(text[place : found.start()])
        place = found.start()
        step = READERS[text[place]](text, place, final)
        if step is None:
            return
        pieces, place = step
        yield from pieces
