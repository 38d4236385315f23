"""One request -> the frames of its answer, as WebSockets and streamed analyses send them."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

from admin_system.api.protocol import frames
from admin_system.api.protocol.frames import Frame
from admin_system.core.analysis import Analysis, AnalysisRequest, stream_analysis
from admin_system.core.catalog import get_service
from admin_system.core.models import AnalysisRecord
from admin_system.core.records import asave_analysis
from admin_system.core.types import ChatRequest, Delta, End


def start_frame(frame_id: str, model: str | None) -> Frame:
    """Sent with the first sign of the model's answer, when it is certain that one comes."""
    status = get_service().status()
    return frames.start(frame_id, model or status.serving or "", demo=status.demo)


def find_queue(frame_id: str) -> Frame | None:
    """A place is only told where all slots are taken at this moment."""
    stats = get_service().status().stats
    if stats is None or stats.running < stats.slots:
        return None
    return frames.queued(frame_id, stats.waiting + 1)


async def answer_chat(
    request: ChatRequest, model: str | None, frame_id: str
) -> AsyncGenerator[Frame]:
    """Raises as ModelService.stream."""
    began, started = time.monotonic(), False
    if queue := find_queue(frame_id):
        yield queue
    async with aclosing(get_service().stream(request, model)) as stream:
        async for value in stream:
            if not started:
                yield start_frame(frame_id, model)
                started = True
            if isinstance(value, Delta):
                yield frames.delta(frame_id, value.text)
            elif isinstance(value, End):
                if value.boxes:
                    yield frames.chat_boxes(frame_id, value.boxes)
                yield frames.chat_done(frame_id, value, time.monotonic() - began)


async def answer_analysis(
    request: AnalysisRequest, model: str | None, frame_id: str
) -> AsyncGenerator[Frame]:
    """Raises as ModelService.stream; the model is free again before the analysis is kept."""
    analysis, started = None, False
    if queue := find_queue(frame_id):
        yield queue
    async with aclosing(stream_analysis(get_service(), request, model)) as stream:
        async for value in stream:
            if not started:
                yield start_frame(frame_id, model)
                started = True
            if isinstance(value, Delta):
                yield frames.delta(frame_id, value.text)
            else:
                analysis = value
    if analysis is None:
        raise RuntimeError("the stream ended without an Analysis")
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
