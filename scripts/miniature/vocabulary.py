"""A model folder's tokenizer, and conversations as Qwen's chat template writes them in tokens."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from languages import SLOT, Exchange
from pictures import MERGE, Grid
from tokenizers import Tokenizer


class Vocabulary:
    """A tokenizer and the tokens of Qwen's chat template."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.start, self.end = self.token("<|im_start|>"), self.token("<|im_end|>")
        self.pad, self.picture = self.token("<|endoftext|>"), self.token("<|image_pad|>")
        self.picture_start = self.token("<|vision_start|>")
        self.picture_end = self.token("<|vision_end|>")
        self.newline = self.encode("\n")
        self.opening = [self.start, *self.encode("user\n")]
        self.turn = [self.end, *self.newline, self.start, *self.encode("assistant\n")]

    @classmethod
    def load(cls, folder: Path) -> "Vocabulary":
        """The vocabulary of a model folder."""
        return cls(Tokenizer.from_file(str(folder / "tokenizer.json")))

    def token(self, text: str) -> int:
        """Id of a token. Raises ValueError where there is no such token."""
        found: int | None = self.tokenizer.token_to_id(text)
        if found is None:
            raise ValueError(f"the tokenizer has no token {text!r}")
        return found

    def coordinates(self) -> list[int]:
        """Ids of the tokens 0, 10, ... 1000."""
        return [self.token(str(value)) for value in range(0, 1001, 10)]

    def encode(self, text: str) -> list[int]:
        """Ids of a text without its slot marks."""
        ids: list[int] = self.tokenizer.encode(text.replace(SLOT, "")).ids
        return ids

    def prefix(self, system: str | None, grids: Sequence[Grid]) -> tuple[list[int], np.ndarray]:
        """Ids (n,) and positions (3, n) up to where the first question begins."""
        ids: list[int] = []
        positions, place = [], 0
        if system:
            ids = [self.start, *self.encode("system\n" + system), self.end, *self.newline]
        ids += self.opening
        positions.append(running_text(place, len(ids)))
        place = len(ids)
        for rows, columns in grids:
            high, wide = rows // MERGE, columns // MERGE
            ids += [self.picture_start, *[self.picture] * (high * wide), self.picture_end]
            area = np.stack(
                [
                    np.zeros(high * wide, np.int64),
                    np.repeat(np.arange(high), wide),
                    np.tile(np.arange(wide), high),
                ]
            )
            last = place + 1 + max(high, wide)
            positions += [running_text(place, 1), place + 1 + area, running_text(last, 1)]
            place = last + 1
        return ids, np.concatenate(positions, 1)

    def conversation(self, exchanges: Sequence[Exchange]) -> tuple[list[int], list[bool]]:
        """Ids of question, answer, question, ... and which of them are answers."""
        ids: list[int] = []
        answers: list[bool] = []
        for place, exchange in enumerate(exchanges):
            asked = [*self.encode(exchange.question), *self.turn]
            if place:
                asked = [*self.newline, *self.opening, *asked]
            said = [*self.encode(exchange.answer), self.end]
            ids += asked + said
            answers += [False] * len(asked) + [True] * len(said)
        return ids, answers


def running_text(first: int, count: int) -> np.ndarray:
    """Positions of running text, (3, count)."""
    return np.tile(np.arange(first, first + count), (3, 1))
