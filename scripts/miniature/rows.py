"""Packed training rows: many separate conversations about one picture in one sequence."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from dialogues import choose_asker, pair_exchange, picture_exchange, text_exchange
from languages import Exchange
from pictures import Grid
from vocabulary import Vocabulary, running_text
from world import Shape

SYSTEM_SHARE = 0.2
PAIR_SHARE = 0.1
FOLLOW_UP_SHARE = 0.18
TEXT_ROWS = 2
MOST_SEGMENTS = 24
"""Conversations tried for one row; those too long for what room is left are dropped."""

PREFIX, PADDING = 0, -1
"""Segment numbers of what all conversations see, and of nothing."""


@dataclass(frozen=True, slots=True)
class PackedRow:
    """One sequence of L tokens."""

    ids: np.ndarray
    """(L,)."""
    positions: np.ndarray
    """(3, L): M-RoPE's time, height and width."""
    answers: np.ndarray
    """(L,) true where a token is an answer's and to be learned."""
    segments: np.ndarray
    """(L,): PREFIX, 1.. for each conversation, PADDING."""


class RowPacker:
    """Fills rows with random conversations."""

    def __init__(self, source: random.Random, vocabulary: Vocabulary, length: int) -> None:
        self.source = source
        self.vocabulary = vocabulary
        self.length = length

    def pack(self, grid: Grid, scenes: Sequence[tuple[Shape, ...]]) -> tuple[PackedRow, ...]:
        """Rows about the scenes of a batch in order, then those without any picture."""
        rows, place = [], 0
        while place < len(scenes):
            paired = place + 1 < len(scenes) and self.source.random() < PAIR_SHARE
            shown = scenes[place : place + 1 + paired]
            rows.append(self.fill([grid] * len(shown), shown))
            place += len(shown)
        return (*rows, *(self.fill([], ()) for _ in range(TEXT_ROWS)))

    def fill(self, grids: Sequence[Grid], shown: Sequence[tuple[Shape, ...]]) -> PackedRow:
        """One row about none, one or two pictures."""
        asker = choose_asker(self.source)
        system = asker.system_prompt() if self.source.random() < SYSTEM_SHARE else None
        ids, positions = self.vocabulary.prefix(system, grids)
        after = int(positions.max()) + 1
        answers, segments, parts = [False] * len(ids), [PREFIX] * len(ids), [positions]
        segment = 0
        for _ in range(MOST_SEGMENTS):
            more, said = self.vocabulary.conversation(self.converse(shown))
            room = self.length - len(ids)
            if room < 16:
                break
            if len(more) > room:
                if segment:
                    continue
                more, said = more[:room], said[:room]
            segment += 1
            ids += more
            answers += said
            segments += [segment] * len(more)
            parts.append(running_text(after, len(more)))
        rest = self.length - len(ids)
        ids += [self.vocabulary.pad] * rest
        answers += [False] * rest
        segments += [PADDING] * rest
        parts.append(np.zeros((3, rest), np.int64))
        return PackedRow(
            np.array(ids), np.concatenate(parts, 1), np.array(answers), np.array(segments)
        )

    def converse(self, shown: Sequence[tuple[Shape, ...]]) -> list[Exchange]:
        """One to three questions in a row about what is shown."""
        follow_up = self.source.random() < FOLLOW_UP_SHARE
        turns = self.source.choice((2, 2, 3)) if follow_up else 1
        return [self.exchange(shown) for _ in range(turns)]

    def exchange(self, shown: Sequence[tuple[Shape, ...]]) -> Exchange:
        """One question about what is shown."""
        if not shown:
            return text_exchange(self.source)
        if len(shown) == 2:
            return pair_exchange(self.source, shown[0], shown[1])
        return picture_exchange(self.source, shown[0])


def visible_tokens(segments: torch.Tensor) -> torch.Tensor:
    """What each token of rows (B, L) may look at, (B, 1, L, L).

    Earlier tokens of its own conversation and of the prefix; padding looks at itself.
    """
    length = segments.shape[1]
    earlier = torch.ones(length, length, dtype=torch.bool).tril()
    own = segments[:, :, None] == segments[:, None]
    shared = segments[:, None] == PREFIX
    return ((own | shared) & earlier)[:, None]
