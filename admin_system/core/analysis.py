"""A question about one picture: asked, streamed as clean text, answered with boxes."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

from admin_system.core.families.base import Family
from admin_system.core.service import ModelService
from admin_system.core.types import (
    Box,
    ChatRequest,
    Delta,
    FinishReason,
    Language,
    Message,
    Picture,
    PicturePart,
    Sampling,
    TextPart,
    Usage,
    new_request_id,
)
from admin_system.core.wording import Wording, word_analysis, word_detection


@dataclass(frozen=True, slots=True)
class AnalysisRequest:
    picture: Picture
    query: str
    detect: bool = False
    """Words the question so that the model answers with boxes."""
    labels: tuple[str, ...] = ()
    """What to look for when boxes are asked for; empty leaves it to the question."""
    sampling: Sampling = field(default_factory=Sampling)
    language: Language = "zh"
    wording: Wording | None = None
    """How the question is put; one for detection takes the place of the family's own words."""
    owner: str = "local"
    """Who asks, as `access.Caller.owner` names it."""
    id: str = field(default_factory=new_request_id)
    kept_picture: str | None = None
    """Id of the picture where it is one of a set."""


@dataclass(frozen=True, slots=True)
class Analysis:
    text: str
    """Without box spans, labels kept."""
    boxes: tuple[Box, ...]
    """In pixels of the picture as sent."""
    usage: Usage
    finish_reason: FinishReason
    seconds: float
    """From the question to the last token."""
    model: str
    """Name of the configuration that answered."""


async def stream_analysis(
    service: ModelService, request: AnalysisRequest, model: str | None = None
) -> AsyncGenerator[Delta | Analysis]:
    """Deltas of clean text, then the Analysis; the deltas joined are its text.

    Raises as ModelService.stream.
    """
    began = time.monotonic()
    with service.hold(model) as held:
        raw, shown = "", ""
        async with aclosing(held.stream(to_chat_request(request, held.family))) as answer:
            async for piece in answer:
                final = not isinstance(piece, Delta)
                raw = piece.text if final else raw + piece.text
                clean = held.family.clean_text(raw, final=final)
                if len(clean) > len(shown):
                    yield Delta(clean[len(shown) :])
                    shown = clean
                if not isinstance(piece, Delta):
                    yield Analysis(
                        text=clean,
                        boxes=piece.boxes,
                        usage=piece.usage,
                        finish_reason=piece.finish_reason,
                        seconds=time.monotonic() - began,
                        model=held.spec.name,
                    )


def to_chat_request(request: AnalysisRequest, family: Family) -> ChatRequest:
    query = TextPart(word_question(request, family))
    return ChatRequest(
        messages=(Message("user", (PicturePart(request.picture), query)),),
        sampling=request.sampling,
        owner=request.owner,
        id=request.id,
        purpose="analysis",
        asked=request.query,
    )


def word_question(request: AnalysisRequest, family: Family) -> str:
    query, wording = request.query, request.wording
    if wording is not None and wording.kind == "detection":
        return word_detection(wording, query, request.labels)
    if wording is not None:
        query = word_analysis(wording, query)
    if request.detect or request.labels:
        query = family.detection_query(query, request.labels, request.language)
    return query
