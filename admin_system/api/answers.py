"""One request -> the frames of its answer, as WebSockets and streamed analyses send them."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

from admin_system.api.limits import DEADLINE_SECONDS, QUEUE_SECONDS
from admin_system.api.protocol import frames
from admin_system.api.protocol.citations import encode_annotations
from admin_system.api.protocol.completion import Annotations
from admin_system.api.protocol.frames import Frame
from admin_system.api.stream_reader import Mark, StreamReader
from admin_system.core.analysis import Analysis, AnalysisRequest, stream_analysis
from admin_system.core.catalog import get_service
from admin_system.core.models import AnalysisRecord
from admin_system.core.records import asave_analysis
from admin_system.core.stored_bytes import arequire_room
from admin_system.core.types import ChatRequest, Delta, End
from admin_system.knowledge_base.services.answering import (
    Answer,
    KnowledgeQuestion,
    find_writer,
    stream_answer,
)

T = TypeVar("T")

LIBRARIAN = "knowledge-base"
"""Stands as the model of answers from documents that no model writes."""


@dataclass(frozen=True, slots=True)
class Answering:
    """The model that answers a request."""

    name: str
    demo: bool


@dataclass(frozen=True, slots=True)
class Queued:
    position: int
    """From 1: those ahead are one fewer."""


def find_answering(model: str | None) -> Answering:
    """Raises ModelNotReady."""
    with get_service().hold(model) as held:
        return Answering(held.spec.name, held.demo)


async def tell_queue(stream: AsyncGenerator[T], request_id: str) -> AsyncGenerator[T | Queued]:
    """The values of a stream; before them the place in the queue, where there is one, whenever it
    changes."""
    service = get_service()
    stats = service.status().stats
    waits = stats is not None and stats.running >= stats.slots
    told = 0
    guess = stats.waiting + 1 if stats is not None and waits else None
    reader = StreamReader(stream)
    try:
        while (value := await reader.read(QUEUE_SECONDS)) is Mark.WAITING:
            position = service.position(request_id) or (None if told else guess)
            if position is not None and position != told:
                told = position
                yield Queued(position)
        while value is not Mark.ENDED:
            if not isinstance(value, Mark):
                yield value
            value = await reader.read(DEADLINE_SECONDS)
    finally:
        await reader.close()


def find_author(model: str | None) -> Answering:
    """Who answers from the knowledge base: a model, or where none can, it by itself.

    Raises ModelNotReady.
    """
    writer = find_writer(model)
    return Answering(LIBRARIAN, demo=False) if writer is None else find_answering(writer)


def to_end(value: End | Answer) -> tuple[End, Annotations | None]:
    """With its citations, where the knowledge base was asked."""
    if isinstance(value, Answer):
        return value.end, encode_annotations(value)
    return value, None


async def answer_chat(
    request: ChatRequest,
    model: str | None,
    frame_id: str,
    knowledge: KnowledgeQuestion | None = None,
) -> AsyncGenerator[Frame]:
    """Raises as ModelService.stream."""
    began, started = time.monotonic(), False
    source: AsyncGenerator[Delta | End | Answer]
    if knowledge is None:
        answering, source = find_answering(model), get_service().stream(request, model)
    else:
        answering, source = find_author(model), stream_answer(knowledge, model)
    async with aclosing(tell_queue(source, request.id)) as stream:
        async for value in stream:
            if isinstance(value, Queued):
                yield frames.queued(frame_id, value.position)
                continue
            if not started:
                yield frames.start(frame_id, answering.name, demo=answering.demo)
                started = True
            if isinstance(value, Delta):
                yield frames.chat_delta(frame_id, value)
            else:
                end, annotations = to_end(value)
                if end.boxes:
                    yield frames.chat_boxes(frame_id, end.boxes)
                yield frames.chat_done(frame_id, end, time.monotonic() - began, annotations)


async def answer_analysis(
    request: AnalysisRequest, model: str | None, frame_id: str
) -> AsyncGenerator[Frame]:
    """Raises as ModelService.stream; StorageFull. The model is free again before the analysis is
    kept."""
    analysis, answering, started = None, find_answering(model), False
    await arequire_room(request.owner, 1)
    stream = tell_queue(stream_analysis(get_service(), request, model), request.id)
    async with aclosing(stream):
        async for value in stream:
            if isinstance(value, Queued):
                yield frames.queued(frame_id, value.position)
                continue
            if not started:
                yield frames.start(frame_id, answering.name, demo=answering.demo)
                started = True
            if isinstance(value, Delta):
                yield frames.delta(frame_id, value.text)
            else:
                analysis = value
    if analysis is None:
        raise RuntimeError("the stream ended without an Analysis")
    if analysis.finish_reason == "cancelled":  # and not kept
        yield frames.stopped(frame_id, analysis.text, analysis.seconds)
        return
    record = await asave_analysis(request, analysis)
    yield frames.analysis_boxes(frame_id, analysis.boxes, find_boxed_url(record))
    yield frames.analysis_done(frame_id, analysis, request.picture, record.id)


async def find_analysis(request: AnalysisRequest, model: str | None) -> Analysis:
    """The analysis as a whole. Raises as ModelService.stream."""
    async with aclosing(stream_analysis(get_service(), request, model)) as stream:
        async for value in stream:
            if isinstance(value, Analysis):
                return value
    raise RuntimeError("the stream ended without an Analysis")


def find_boxed_url(record: AnalysisRecord) -> str | None:
    return record.boxed_image.url if record.boxed_image else None
