"""Settles how the next token is chosen: the request over the configuration over the checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from admin_system.core.types import Sampling

COLDEST = 1e-5
"""Temperatures below it would take scores out of float32's range."""


@dataclass(frozen=True, slots=True)
class Choice:
    temperature: float = 0.0
    """0 takes the likeliest token always, and so does what is next to it."""
    top_p: float = 1.0
    top_k: int = 0
    """0 switches it off."""
    repetition_penalty: float = 1.0
    """Above 1 makes tokens that stand in the prompt or the answer less likely."""
    min_p: float = 0.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    logit_bias: tuple[tuple[int, float], ...] = ()
    seed: int | None = None

    @property
    def greedy(self) -> bool:
        return self.temperature < COLDEST


def read_choice(generation: Mapping[str, object]) -> Choice:
    """The wish of generation_config.json.

    A checkpoint that samples from one candidate is greedy by another name (Qwen2-VL publishes
    top_k 1 with a temperature); taken literally it would undo a temperature that a caller asks for.
    """
    penalty = _number(generation, "repetition_penalty", 1.0)
    top_k = int(_number(generation, "top_k", 0))
    if not generation.get("do_sample") or top_k == 1:
        return Choice(repetition_penalty=penalty)
    return Choice(
        temperature=_number(generation, "temperature", 1.0),
        top_p=_number(generation, "top_p", 1.0),
        top_k=top_k,
        repetition_penalty=penalty,
    )


def read_longest_answer(generation: Mapping[str, object]) -> int | None:
    """Tokens that generation_config.json allows an answer; None where it does not say."""
    return int(_number(generation, "max_new_tokens", 0)) or None


def settle_choice(request: Sampling, configured: Sampling, checkpoint: Choice) -> Choice:
    """Each value from the first that states it."""

    def first(wish: float | None, configured_wish: float | None, otherwise: float) -> float:
        if wish is not None:
            return wish
        return configured_wish if configured_wish is not None else otherwise

    return Choice(
        temperature=first(request.temperature, configured.temperature, checkpoint.temperature),
        top_p=first(request.top_p, configured.top_p, checkpoint.top_p),
        top_k=int(first(request.top_k, configured.top_k, checkpoint.top_k)),
        repetition_penalty=first(
            request.repetition_penalty,
            configured.repetition_penalty,
            checkpoint.repetition_penalty,
        ),
        min_p=first(request.min_p, configured.min_p, checkpoint.min_p),
        presence_penalty=request.presence_penalty,
        frequency_penalty=request.frequency_penalty,
        logit_bias=request.logit_bias,
        seed=request.seed if request.seed is not None else configured.seed,
    )


def _number(fields: Mapping[str, object], name: str, otherwise: float) -> float:
    value = fields.get(name)
    return float(value) if isinstance(value, int | float) else otherwise
