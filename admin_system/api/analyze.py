"""POST /api/analyze: a picture and a question in, a clean answer with boxes out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from ninja import Router

from admin_system.api.answers import (
    answer_analysis,
    find_analysis,
    find_answering,
    find_boxed_url,
)
from admin_system.api.auth import Needs, get_caller
from admin_system.api.bodies import EXAMPLE_ANALYZE, read_json, require_json
from admin_system.api.errors import DeadlinePassed
from admin_system.api.fault_pages import language_of
from admin_system.api.given_picture import read_given
from admin_system.api.limits import DEADLINE_SECONDS, FIRST_VALUE_SECONDS, KEEP_ALIVE_SECONDS
from admin_system.api.model_cards import find_model_name
from admin_system.api.openapi import describe
from admin_system.api.pictures import in_reader
from admin_system.api.protocol.descriptions import AnalysisAnswer
from admin_system.api.protocol.frames import Frame
from admin_system.api.protocol.plain import (
    AnalyzeBody,
    encode_analysis,
    kinds_of,
    read_form,
    to_analysis_request,
)
from admin_system.api.protocol.templates import AskedTemplate
from admin_system.api.protocol.validation import to_body
from admin_system.api.request_id import get_request_id
from admin_system.api.responses import json_response
from admin_system.api.sse import KEEP_ALIVE, encode_event, event_response
from admin_system.api.stream_reader import Mark, StreamReader
from admin_system.api.wordings import find_wording
from admin_system.core.analysis import AnalysisRequest
from admin_system.core.errors import BadPicture, BadRequest
from admin_system.core.records import asave_analysis
from admin_system.core.stored_bytes import arequire_room
from admin_system.core.types import Picture

router = Router(tags=["analyze"])

FORM = "multipart/form-data"
FORM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "image": {"type": "string", "format": "binary"},
        "picture": {"type": "string", "description": "Instead: the id of a picture of a set."},
        "query": {"type": "string"},
        "detect": {"type": "string", "description": "true, or names with commas between them"},
        "max_tokens": {"type": "integer"},
        "temperature": {"type": "number"},
        "stream": {"type": "boolean"},
        "template": {"type": "string", "description": "slug of a prompt template"},
    },
}


@router.post(
    "/api/analyze",
    auth=Needs("analyze"),
    openapi_extra=describe(AnalyzeBody, answer=AnalysisAnswer, form=FORM_SCHEMA),
    summary="Analyse a picture",
)
async def analyze_picture(request: HttpRequest) -> HttpResponseBase:
    """JSON with `image_base64` or `picture`, or a form with the file `image`.

    With `stream` an SSE stream.
    """
    require_json(request, FORM)
    caller, language, request_id = get_caller(request), language_of(request), get_request_id()

    def read() -> tuple[AnalyzeBody, Picture]:
        if request.content_type == FORM:
            return read_multipart(request, caller.owner)
        return read_plain(request.body, caller.owner)

    body, picture = await in_reader(read)
    asked = AskedTemplate.of(body, "template")
    wording = await find_wording(asked, kinds_of(body), language, caller)
    analysis = to_analysis_request(
        body, picture, wording, language=language, owner=caller.owner, request_id=request_id
    )
    model = await find_model_name(body.model)
    if body.stream:
        return await stream_frames(request, answer_analysis(analysis, model, request_id))
    return await answer_whole(analysis, model)


def read_plain(data: bytes, owner: str) -> tuple[AnalyzeBody, Picture]:
    """Raises BadRequest, RecordNotFound."""
    body = read_json(data, AnalyzeBody, EXAMPLE_ANALYZE)
    return body, read_given(body, None, owner, "image_base64")


def read_multipart(request: HttpRequest, owner: str) -> tuple[AnalyzeBody, Picture]:
    """Raises BadRequest, RecordNotFound."""
    try:
        fields, files = request.POST, request.FILES
    except MultiPartParserError:
        raise BadRequest("form_malformed") from None
    if surplus := set(files) - {"image"}:
        raise BadRequest("field_unknown_nearest", param=min(surplus)[:100], nearest="image")
    counts = {name: len(fields.getlist(name)) for name in fields}
    counts |= {name: len(files.getlist(name)) for name in files}
    for name, count in counts.items():
        if count > 1:
            raise BadRequest("form_field_twice", param=name[:100], given=count)
    if "image" in fields:
        raise BadPicture("picture_in_text_field", param="image")
    body = to_body(AnalyzeBody, read_form(fields.dict()))
    file = files.get("image")
    data = None if file is None else file.read()
    return body, read_given(body, data, owner, "image")


async def answer_whole(request: AnalysisRequest, model: str | None) -> HttpResponse:
    demo = find_answering(model).demo
    await arequire_room(request.owner, 1)  # before the model has worked on what cannot be kept
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            analysis = await find_analysis(request, model)
    except TimeoutError:
        raise DeadlinePassed(DEADLINE_SECONDS) from None
    stopped = analysis.finish_reason == "cancelled"
    record = None if stopped else await asave_analysis(request, analysis)
    answer = encode_analysis(
        analysis,
        request.picture,
        analysis_id=record.id if record else None,
        boxed_image_url=find_boxed_url(record) if record else None,
        demo=demo,
    )
    return json_response(answer)


async def stream_frames(request: HttpRequest, answer: AsyncGenerator[Frame]) -> HttpResponseBase:
    reader = StreamReader(answer)
    try:
        first = await reader.read(FIRST_VALUE_SECONDS)
        return await event_response(request, encode_frames(reader, first))
    except BaseException:
        await reader.close()
        raise


async def encode_frames(reader: StreamReader[Frame], first: Frame | Mark) -> AsyncGenerator[bytes]:
    """`first` has been read already, so that a fault before it could get its own status."""
    value = first
    try:
        while not isinstance(value, Mark) or value is Mark.WAITING:
            yield KEEP_ALIVE if isinstance(value, Mark) else encode_event(value)
            value = await reader.read(KEEP_ALIVE_SECONDS)
    finally:
        await reader.close()
