"""A question to an answer that rests on passages and says which: from a model, or in quotations."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from django.db import connections

from admin_system.core.catalog import get_service
from admin_system.core.errors import ContextTooLong
from admin_system.core.types import ChatRequest, Delta, End, Language, Message, Sampling, Usage
from admin_system.core.wording import Wording
from admin_system.knowledge_base.answers.citations import Citation, CitationReader
from admin_system.knowledge_base.answers.extracts import write_extract
from admin_system.knowledge_base.answers.follow_ups import search_query
from admin_system.knowledge_base.answers.prompts import write_request
from admin_system.knowledge_base.answers.room import room_for_sources
from admin_system.knowledge_base.answers.sources import Source, fit, gather
from admin_system.knowledge_base.keywords import keyword_index
from admin_system.knowledge_base.services.searching import (
    ENOUGH,
    PassageHit,
    PassageHits,
    search_passages,
)
from admin_system.messages import sentence
from admin_system.vector_search.scripts import script_shares

logger = logging.getLogger(__name__)

Kind = Literal["model", "extract", "refusal"]
T = TypeVar("T")

SMALLEST_ROOM = 64
"""Tokens for sources, below which a conversation is too long for its model."""
LONGEST_ANSWER = 1_000
"""Tokens of an answer where nobody says."""
UNCOUNTED = Usage(0, 0)
"""No model took part."""


@dataclass(frozen=True, slots=True)
class KnowledgeQuestion:
    """The last turn of a conversation, to be answered from documents."""

    request: ChatRequest
    topics: Collection[int] | None = None
    """Ids of those that may be read; None for all."""
    top_k: int = 5
    """Passages that are looked at."""
    min_score: float | None = None
    """0..1, of the score; None takes what is certain ENOUGH."""
    hits: PassageHits | None = None
    """Of a search that was made already."""
    wording: Wording | None = None
    """How a model is asked; None takes the library's own words."""

    def __post_init__(self) -> None:
        if self.request.messages[-1].role != "user":
            raise ValueError("the last turn is not the user's")

    @property
    def text(self) -> str:
        return self.request.messages[-1].text

    def accepts(self, hit: PassageHit) -> bool:
        """Whether it may answer."""
        if self.min_score is None:
            return hit.certainty >= ENOUGH
        return hit.score >= self.min_score

    @property
    def language(self) -> Language:
        return language_of(self.text)


@dataclass(frozen=True, slots=True)
class Answer:
    """The last value of an answer's stream; the deltas joined are its text."""

    end: End
    """With text, usage and boxes, as a model's own; without a model no tokens were used."""
    kind: Kind
    """Written by a model, quoted from the passages, or "not in the documents"."""
    sources: tuple[Source, ...] = ()
    """All that the answer could rest on; `[n]` is the n-th."""
    citations: tuple[Citation, ...] = ()
    """In the order of the text."""
    model: str | None = None
    """Name of the configuration that wrote it."""

    @property
    def text(self) -> str:
        return self.end.text


async def answer_question(
    question: str,
    *,
    topics: Collection[int] | None = None,
    top_k: int = 5,
    min_score: float | None = None,
    hits: PassageHits | None = None,
    owner: str = "local",
    wording: Wording | None = None,
) -> Answer:
    """The whole answer to one question; `hits` saves a second search. Raises CoreError."""
    sampling = Sampling(temperature=0.0, max_tokens=LONGEST_ANSWER)
    request = ChatRequest((Message.of_text("user", question),), sampling, owner)
    asked = KnowledgeQuestion(request, topics, top_k, min_score, hits, wording)
    async with aclosing(stream_answer(asked)) as stream:
        async for value in stream:
            if isinstance(value, Answer):
                return value
    raise RuntimeError("the stream ended without an Answer")


async def stream_answer(
    asked: KnowledgeQuestion, model: str | None = None
) -> AsyncGenerator[Delta | Answer]:
    """Delta, Delta, … and one Answer.

    `model` as in ModelService.stream; only where no model is there at all, or the demonstration,
    passages are quoted instead. Raises as ModelService.stream.
    """
    writer = find_writer(model)
    sources = await in_thread(lambda: find_sources(asked))
    if not sources:
        text = sentence("answer_not_in_documents", asked.language)
        yield Delta(text)
        yield Answer(End("stop", UNCOUNTED, text), "refusal")
    elif writer is None:
        text, citations = await in_thread(lambda: quote_sources(asked, sources))
        yield Delta(text)
        yield Answer(End("stop", UNCOUNTED, text), "extract", sources, citations)
    else:
        async with aclosing(write_answer(asked, sources, writer)) as stream:
            async for value in stream:
                yield value


def find_writer(model: str | None) -> str | None:
    """Name of the model that shall write; None where none is there, or only the demonstration,
    which would invent. Raises ModelNotReady where another one than asked for is loaded."""
    service = get_service()
    if service.status().serving is None:
        return None
    with service.hold(model) as held:
        return None if held.demo else held.spec.name


def find_sources(asked: KnowledgeQuestion) -> tuple[Source, ...]:
    """What is found and scores enough, merged; none where the documents say nothing."""
    found = asked.hits or search_passages(
        query=search_query(asked.request.messages), topics=asked.topics, limit=asked.top_k
    )
    return gather([hit.passage for hit in found.hits if asked.accepts(hit)])


def quote_sources(
    asked: KnowledgeQuestion, sources: tuple[Source, ...]
) -> tuple[str, tuple[Citation, ...]]:
    weights = keyword_index().weigh(search_query(asked.request.messages))
    return write_extract(sources, weights, asked.language)


async def write_answer(
    asked: KnowledgeQuestion, sources: tuple[Source, ...], model: str
) -> AsyncGenerator[Delta | Answer]:
    """Where the sources turn out too long for the model, half as much of them is tried."""
    with get_service().hold(model) as held:
        room = room_for_sources(asked.request, held.info.context_length)
        while True:
            shown = fit(sources, room)
            reader = CitationReader(shown)
            request = write_request(asked.request, shown, asked.language, asked.wording)
            text = ""
            try:
                async with aclosing(held.stream(request)) as stream:
                    async for piece in stream:
                        clean = (
                            reader.flush() if isinstance(piece, End) else reader.push(piece.text)
                        )
                        text += clean
                        if clean:
                            yield Delta(clean)
                        if isinstance(piece, End):
                            end = replace(piece, text=text)
                            yield Answer(end, "model", shown, tuple(reader.citations), model)
                return
            except ContextTooLong:
                room //= 2
                if text or room < SMALLEST_ROOM:
                    raise
                logger.info("the sources are too long for %s; %s tokens are tried", model, room)


def language_of(text: str) -> Language:
    """Chinese where there are Chinese characters, or no letters at all."""
    shares = script_shares(text)
    return "zh" if "han" in shares or not shares else "en"


async def in_thread(work: Callable[[], T]) -> T:
    """Database and embedding model away from the event loop; several at a time."""

    def run() -> T:
        try:
            return work()
        finally:
            connections.close_all()

    return await asyncio.to_thread(run)
