"""How likely a token was, and which were the likeliest in its place."""

from __future__ import annotations

from typing import Any

from admin_system.core.engines.local.text import Decoder
from admin_system.core.types import Likelihood, TokenLogprob


def find_logprobs(logits: Any, token: int, count: int, decoder: Decoder) -> TokenLogprob:
    """From logits (V,) as the network gives them; `count` of the likeliest."""
    import torch

    chances = torch.log_softmax(logits.float(), dim=-1)

    def tell(number: int, chance: float) -> Likelihood:
        data = decoder.bytes_of(number)
        return Likelihood(data.decode("utf-8", errors="replace"), chance, data)

    likeliest = torch.topk(chances, count)
    pairs = zip(likeliest.indices.tolist(), likeliest.values.tolist(), strict=True)
    return TokenLogprob(tell(token, float(chances[token])), tuple(tell(*pair) for pair in pairs))
