"""How an answer is chosen and what form it is held to; part of `types.py`, where others find it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen; None leaves the choice to the model's configuration."""

    temperature: float | None = None
    """0 (greedy) .. 2."""
    top_p: float | None = None
    """Above 0, at most 1."""
    top_k: int | None = None
    """0 switches it off."""
    min_p: float | None = None
    """Least chance of a token, as a share of the likeliest one's; 0 switches it off, at most 1."""
    repetition_penalty: float | None = None
    """Above 0; above 1 makes what stands in the prompt or the answer less likely."""
    presence_penalty: float = 0.0
    """-2 .. 2, taken off the score of every token that the answer has."""
    frequency_penalty: float = 0.0
    """-2 .. 2, the same for each time that it has it."""
    logit_bias: tuple[tuple[int, float], ...] = ()
    """Added to the scores of these tokens."""
    seed: int | None = None
    max_tokens: int | None = None
    """New tokens at most, at least 1."""
    stop: tuple[str, ...] = ()
    """Strings that end the answer; they are never part of it."""
    n: int = 1
    """Answers to the same conversation."""
    logprobs: int | None = None
    """How many of the likeliest tokens are told for each token of the answer; None tells nothing,
    0 the token's own chance alone."""

    def __post_init__(self) -> None:
        if self.temperature is not None and not 0 <= self.temperature <= 2:
            raise ValueError(f"temperature is {self.temperature}; it lies between 0 and 2")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise ValueError(f"top_p is {self.top_p}; it lies above 0 and is at most 1")
        if self.top_k is not None and self.top_k < 0:
            raise ValueError(f"top_k is {self.top_k}; it is 0 (off) or more")
        if self.max_tokens is not None and self.max_tokens < 1:
            raise ValueError(f"max_tokens is {self.max_tokens}; it is at least 1")
        if any(not text for text in self.stop):
            raise ValueError("a stop string is empty")
        if self.min_p is not None and not 0 <= self.min_p <= 1:
            raise ValueError(f"min_p is {self.min_p}; it lies between 0 and 1")
        if self.repetition_penalty is not None and self.repetition_penalty <= 0:
            raise ValueError(f"repetition_penalty is {self.repetition_penalty}; it is above 0")
        if self.n < 1:
            raise ValueError(f"n is {self.n}; it is at least 1")


@dataclass(frozen=True, slots=True)
class JsonFormat:
    """The answer is a JSON value."""

    schema: str | None = None
    """A JSON schema that it fits; None asks for any object."""
