"""Chooses the next token of one answer from the network's logits."""

from __future__ import annotations

from collections import Counter
from typing import Any

from admin_system.core.engines.local.choice import Choice
from admin_system.core.engines.local.grammar import Grammar


class Sampler:
    """Keeps the answer's own random numbers: a seed gives the same answer again.

    Order: bias and penalties, what the grammar allows, temperature, then top_k, top_p and min_p as
    transformers has them.
    """

    def __init__(self, choice: Choice, prompt_ids: Any, grammar: Grammar | None = None) -> None:
        """`prompt_ids` is (1, T)."""
        import torch

        self._choice = choice
        self._grammar = grammar
        self._generator = torch.Generator()
        if choice.seed is not None:
            self._generator.manual_seed(choice.seed % 2**63)
        elif not choice.greedy:
            self._generator.seed()
        self._said: Counter[int] = Counter()
        self._counts = bool(choice.presence_penalty or choice.frequency_penalty)
        self._seen: set[int] | None = None
        if choice.repetition_penalty != 1.0:
            self._seen = set(prompt_ids[0].tolist())

    @property
    def takes_likeliest(self) -> bool:
        """The token is the argmax of the logits as they are."""
        changed = self._seen is not None or self._counts or self._choice.logit_bias
        return self._choice.greedy and not changed and self._grammar is None

    def pick(self, logits: Any) -> int:
        """`logits` is (V,), of the last position."""
        scores = self._penalise(logits.float())
        if self._grammar is not None:
            scores = self._grammar.mask(scores)
        token = int(scores.argmax()) if self._choice.greedy else self._draw(scores)
        if self._grammar is not None:
            self._grammar.accept(token)
        if self._seen is not None:
            self._seen.add(token)
        if self._counts:
            self._said[token] += 1
        return token

    def _penalise(self, scores: Any) -> Any:
        """Repetition as in CTRL (https://arxiv.org/abs/1909.05858): away from the positive, below
        zero; presence and frequency as OpenAI has them, over the answer alone."""
        import torch

        if self._choice.logit_bias:
            known = [
                (token, bias) for token, bias in self._choice.logit_bias if token < len(scores)
            ]
            scores = _add(scores, dict(known))
        if self._said:
            presence, frequency = self._choice.presence_penalty, self._choice.frequency_penalty
            scores = _add(
                scores, {token: -presence - frequency * n for token, n in self._said.items()}
            )
        if self._seen is not None:
            places = torch.tensor(sorted(self._seen), device=scores.device)
            seen, penalty = scores[places], self._choice.repetition_penalty
            changed = torch.where(seen < 0, seen * penalty, seen / penalty)
            scores = scores.index_copy(0, places, changed)
        return scores

    def _draw(self, scores: Any) -> int:
        import torch

        scores = scores / self._choice.temperature
        top_k, top_p, min_p = self._choice.top_k, self._choice.top_p, self._choice.min_p
        if 0 < top_k < scores.shape[0]:
            least = torch.topk(scores, top_k).values[-1]
            scores = scores.masked_fill(scores < least, -torch.inf)
        if top_p < 1:
            ordered, places = torch.sort(scores, descending=True)
            before = torch.softmax(ordered, dim=-1).cumsum(-1) - torch.softmax(ordered, dim=-1)
            scores = scores.index_fill(0, places[before >= top_p], -torch.inf)
        chances = torch.softmax(scores, dim=-1).cpu()
        if min_p > 0:
            chances = chances.masked_fill(chances < min_p * chances.max(), 0.0)
        return int(torch.multinomial(chances, 1, generator=self._generator))


def _add(scores: Any, changes: dict[int, float]) -> Any:
    import torch

    places = torch.tensor(list(changes), dtype=torch.long, device=scores.device)
    values = torch.tensor(list(changes.values()), dtype=scores.dtype, device=scores.device)
    return scores.index_add(0, places, values)
