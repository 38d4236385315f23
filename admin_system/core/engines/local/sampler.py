"""Chooses the next token of one request from the network's logits."""

from __future__ import annotations

from typing import Any

from admin_system.core.engines.local.choice import Choice


class Sampler:
    """Keeps the request's own random numbers: a seed gives the same answer again.

    Order as in transformers: repetition penalty, temperature, top_k, top_p.
    """

    def __init__(self, choice: Choice, prompt_ids: Any) -> None:
        """`prompt_ids` is (1, T) on the network's device."""
        import torch

        self._choice = choice
        self._generator = torch.Generator()
        if choice.seed is not None:
            self._generator.manual_seed(choice.seed % 2**63)
        elif not choice.greedy:
            self._generator.seed()
        self._seen: Any = None
        if choice.repetition_penalty != 1.0:
            self._seen = torch.unique(prompt_ids[0])

    @property
    def takes_likeliest(self) -> bool:
        """The token is the argmax of the logits as they are."""
        return self._choice.greedy and self._seen is None

    def pick(self, logits: Any) -> int:
        """`logits` is (V,), of the last position."""
        import torch

        scores = logits.float()
        if self._seen is not None:
            scores = self._penalise(scores)
        token = int(scores.argmax()) if self._choice.greedy else self._draw(scores)
        if self._seen is not None:
            new = torch.tensor([token], device=self._seen.device)
            self._seen = torch.unique(torch.cat([self._seen, new]))
        return token

    def _penalise(self, scores: Any) -> Any:
        """As in CTRL (https://arxiv.org/abs/1909.05858): away from the positive, below zero."""
        import torch

        penalty = self._choice.repetition_penalty
        seen = scores[self._seen]
        changed = torch.where(seen < 0, seen * penalty, seen / penalty)
        return scores.index_copy(0, self._seen, changed)

    def _draw(self, scores: Any) -> int:
        import torch

        scores = scores / self._choice.temperature
        top_k, top_p = self._choice.top_k, self._choice.top_p
        if 0 < top_k < scores.shape[0]:
            least = torch.topk(scores, top_k).values[-1]
            scores = scores.masked_fill(scores < least, -torch.inf)
        if top_p < 1:
            ordered, places = torch.sort(scores, descending=True)
            before = torch.softmax(ordered, dim=-1).cumsum(-1) - torch.softmax(ordered, dim=-1)
            scores = scores.index_fill(0, places[before >= top_p], -torch.inf)
        chances = torch.softmax(scores, dim=-1).cpu()
        return int(torch.multinomial(chances, 1, generator=self._generator))
