"""What training minimises: the truth about every patch, and the words of every answer."""

from dataclasses import dataclass

import torch
from network import PATCH_COLOURS, PATCH_KINDS
from torch.nn import functional

COORDINATE_SPREAD = 0.9
"""Standard deviation, in tens, of the Gaussian that a coordinate's target is spread to."""


@dataclass(frozen=True, slots=True)
class PatchScore:
    """Loss of the patch head, with the parts that are worth watching."""

    loss: torch.Tensor
    kind_accuracy: float
    """Share of covered patches whose kind is named rightly."""
    box_error: float
    """Mean absolute error of box sides, in fractions of the picture."""


def patch_loss(
    logits: torch.Tensor, kinds: torch.Tensor, colours: torch.Tensor, boxes: torch.Tensor
) -> PatchScore:
    """Score the patch head's output (B, N, kinds + colours + 4) against `patch_truth`."""
    logits = logits.float()
    kind_logits = logits[..., :PATCH_KINDS]
    colour_logits = logits[..., PATCH_KINDS : PATCH_KINDS + PATCH_COLOURS]
    everywhere = functional.cross_entropy(kind_logits.flatten(0, 1), kinds.flatten())
    covered = kinds > 0
    if not covered.any():
        return PatchScore(everywhere, float("nan"), float("nan"))
    on_shapes = functional.cross_entropy(kind_logits[covered], kinds[covered])
    colour = functional.cross_entropy(colour_logits[covered], colours[covered])
    sides = functional.l1_loss(logits[..., PATCH_KINDS + PATCH_COLOURS :][covered], boxes[covered])
    right = kind_logits[covered][:, 1:].argmax(-1) + 1 == kinds[covered]
    loss = everywhere + on_shapes + 0.5 * colour + 5 * sides
    return PatchScore(loss, right.float().mean().item(), sides.item())


@dataclass(frozen=True, slots=True)
class AnswerScore:
    """Loss of the answers' tokens, coordinates apart."""

    loss: torch.Tensor
    words: float
    """Mean negative log likelihood of tokens outside boxes."""
    coordinates: float
    """The same of coordinates inside boxes."""


class AnswerLoss:
    """Cross entropy over answers; coordinates count more and forgive near misses."""

    def __init__(
        self, coordinate_ids: torch.Tensor, box_tokens: tuple[int, int], vocabulary: int
    ) -> None:
        self.coordinate_ids = coordinate_ids
        self.box_tokens = box_tokens
        steps = torch.arange(len(coordinate_ids))
        distance = (steps[:, None] - steps[None]) / COORDINATE_SPREAD
        self.soft = torch.softmax(-0.5 * distance**2, -1)  # (101, 101)
        middle = self.soft[len(steps) // 2]
        self.floor = (middle * middle.clamp_min(1e-9).log()).sum()
        self.step_of = torch.full((vocabulary,), -1)
        self.step_of[coordinate_ids] = steps

    def __call__(
        self,
        hidden: torch.Tensor,
        embeddings: torch.Tensor,
        ids: torch.Tensor,
        answers: torch.Tensor,
        coordinate_weight: float,
    ) -> AnswerScore:
        """Score hidden states (B, L, hidden) of rows (B, L) where `answers` is true."""
        asked = answers[:, 1:]
        targets = ids[:, 1:][asked]
        logits = functional.linear(hidden[:, :-1][asked], embeddings).float()
        log_likelihood = functional.log_softmax(logits, -1)
        surprise = -log_likelihood[torch.arange(len(targets)), targets]
        opened, closed = self.box_tokens
        inside = (ids == opened).cumsum(1) > (ids == closed).cumsum(1)
        steps = self.step_of[targets]
        located = inside[:, 1:][asked] & (steps >= 0)
        cost = surprise.clone()
        if located.any():
            spread = self.soft[steps[located]] * log_likelihood[located][:, self.coordinate_ids]
            cost[located] = self.floor - spread.sum(-1)
        weights = torch.where(located, coordinate_weight, 1.0)
        coordinates = surprise[located].mean().item() if located.any() else float("nan")
        words = surprise[~located].mean().item()
        return AnswerScore((cost * weights).sum() / weights.sum(), words, coordinates)
