"""Several answers to one request: a job for each, and one ending of all."""

from __future__ import annotations

from dataclasses import replace

from admin_system.core.engines.local.job import Job
from admin_system.core.types import ChatRequest, End, Ending


def make_jobs(first: Job, request: ChatRequest) -> list[Job]:
    """One for each answer that is wanted; a seed counts up from one to the next."""
    choice, grammar = first.choice, first.grammar
    further = [
        replace(
            first,
            number=number,
            choice=choice if choice.seed is None else replace(choice, seed=choice.seed + number),
            grammar=grammar.fork() if grammar is not None else None,
        )
        for number in range(1, request.sampling.n)
    ]
    return [first, *further]


def join_endings(ends: list[End]) -> End:
    """Of several answers to one request: the prompt is counted once."""
    first, *others = ends
    usage = replace(first.usage, completion_tokens=sum(end.usage.completion_tokens for end in ends))
    return replace(first, usage=usage, others=tuple(Ending(end.finish_reason) for end in others))
