"""Steps in which every conversation gets its next token, one for each size, captured on a card."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from admin_system.core.engines.local.captured_step import Capturer, Forward, Replay
from admin_system.core.engines.local.network import Part
from admin_system.core.networks.host_reads import HostRead, NoHostReads
from admin_system.core.networks.lanes import Bucket, Lanes, LaneToken, choose_bucket
from admin_system.core.types import StepWish

logger = logging.getLogger(__name__)

MOST_STEPS = 40
"""That are kept ready, those of last use: of 16 rows there are 31 buckets of each length."""


@dataclass(frozen=True, slots=True)
class Step:
    lanes: Lanes
    run: Replay


def refuse_steps(wish: StepWish, device: str) -> str | None:
    """A code of `messages`: why a network's passes go without lanes; None where they need not."""
    if wish == "off":
        return "steps_off"
    return "steps_on_processor" if wish == "auto" and device == "cpu" else None


def find_tokens(
    parts: Sequence[Part], behind: Callable[[int], tuple[int, int]]
) -> list[LaneToken] | None:
    """Of a pass that reads nothing but the next tokens of answers; None of any other.

    `behind` tells of a row how long its prompt is, and what is added to a place behind it to get
    its position.
    """
    tokens = []
    for part in parts:
        prompt_tokens, beyond = behind(part.row)
        if part.start < prompt_tokens or len(part.ids) != 1 or not part.wanted:
            return None
        position = part.start + beyond
        tokens.append(LaneToken(part.row, part.start, part.ids[0], (position,) * 3))
    return tokens


class DecodeSteps:
    """Belongs to the engine's thread. Whatever goes wrong, passes without lanes can do the work."""

    def __init__(
        self,
        forward: Forward,
        rows: int,
        capacity: int,
        device: str,
        *,
        most: int = MOST_STEPS,
        capture: Callable[[Forward, Lanes], Replay] | None = None,
    ) -> None:
        """`rows` and `capacity` are the store's, behind which one place is spare. `capture` is a
        Capturer on a card where nothing else is given, and none elsewhere."""
        self._forward = forward
        self._rows = rows
        self._capacity = capacity
        self._device = torch.device(device)
        self._most = most
        self._steps: dict[Bucket, Step] = {}
        self._capture = capture
        if capture is None and self._device.type == "cuda":
            self._capture = Capturer(rows, self._device)
        self.reason: str | None = None if self._capture else "steps_without_graphs"
        """A code of `messages`: why steps are not captured."""
        self._tried = False
        """Whether a step was run that waits for no values."""
        self.given_up = False
        """No further step is run here."""

    @property
    def ready(self) -> int:
        """Sizes that are captured, or on a processor were run."""
        return len(self._steps)

    @property
    def captured(self) -> bool:
        return self._capture is not None and not self.given_up

    def run(self, tokens: Sequence[LaneToken]) -> Tensor | None:
        """Logits (tokens, V), in their order; None where the pass has to go without lanes."""
        if self.given_up:
            return None
        try:
            step = self._find(tokens)
            if step is None:
                return None
            step.lanes.fill(tokens)
            first = step.lanes.bucket.first
            lanes = torch.tensor([token.row - first for token in tokens], device=self._device)
            return step.run()[lanes]
        except Exception:
            logger.exception("a decode step failed; passes go on without lanes")
            self.give_up("steps_failed")
            return None

    def give_up(self, reason: str) -> None:
        self.given_up = True
        self.reason = reason
        self.clear()

    def clear(self) -> None:
        """Gives the memory of all sizes back; they are captured again when they are needed."""
        self._steps.clear()

    def _find(self, tokens: Sequence[LaneToken]) -> Step | None:
        """The bucket's own; where there are too many, it takes the place of the one that was
        longest without use."""
        bucket = choose_bucket(tokens, self._rows, self._capacity)
        step = self._steps.pop(bucket, None)
        if step is None:
            while len(self._steps) >= self._most:
                del self._steps[next(iter(self._steps))]
            step = self._make(bucket)
        if step is not None:
            self._steps[bucket] = step  # the last one from now on
        return step

    def _make(self, bucket: Bucket) -> Step | None:
        """None where its work cannot be captured."""
        lanes = Lanes(bucket, self._capacity, self._device)
        if self._capture is None:
            return Step(lanes, partial(self._forward, lanes))
        lanes.fill([])  # all idle: what is run before the capture changes no conversation
        if not self._tried:
            try:
                with NoHostReads(self._device):
                    self._forward(lanes)
            except HostRead as error:
                logger.info("decode steps are not captured: they wait for values (%s)", error)
                self.give_up("steps_read_values")
                return None
            self._tried = True
        logger.debug("a decode step of %s is captured", bucket)
        return Step(lanes, self._capture(self._forward, lanes))
