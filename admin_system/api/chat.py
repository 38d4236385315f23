"""POST /api/v1/chat/completions, and the same under its two other addresses."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Router

from admin_system.api.answers import find_answering, find_author, to_end
from admin_system.api.auth import Needs, find_asker, get_caller
from admin_system.api.bodies import EXAMPLE_CHAT, read_json, require_json
from admin_system.api.errors import DeadlinePassed
from admin_system.api.fault_pages import language_of
from admin_system.api.fetching import fetch_pictures
from admin_system.api.limits import DEADLINE_SECONDS, FIRST_VALUE_SECONDS, KEEP_ALIVE_SECONDS
from admin_system.api.model_cards import find_model_name
from admin_system.api.openapi import describe
from admin_system.api.pictures import in_reader, read_address
from admin_system.api.protocol.completion import CompletionEncoder
from admin_system.api.protocol.conversation import to_chat_request
from admin_system.api.protocol.descriptions import CompletionAnswer
from admin_system.api.protocol.openai import ChatBody
from admin_system.api.protocol.templates import AskedTemplate
from admin_system.api.request_id import get_request_id
from admin_system.api.responses import json_response
from admin_system.api.sse import DONE, encode_event, event_response, keep_alive
from admin_system.api.stream_reader import Mark, StreamReader
from admin_system.api.wordings import word_request
from admin_system.core.catalog import get_service
from admin_system.core.types import ChatRequest, Delta, End
from admin_system.knowledge_base.services.answering import (
    Answer,
    KnowledgeQuestion,
    stream_answer,
)

router = Router(tags=["chat"])

Piece = Delta | End | Answer

PATHS = ["/api/v1/chat/completions", "/api/chat/completions", "/v1/chat/completions"]


@dataclass(frozen=True, slots=True)
class Completion:
    """One chat request on its way to the model."""

    request: ChatRequest
    model: str | None
    """Name of the configuration that was asked for; None takes the current one."""
    knowledge: KnowledgeQuestion | None = None
    """The same request, to be answered from documents."""
    began: float = field(default_factory=time.monotonic)

    def start(self) -> AsyncGenerator[Piece]:
        if self.knowledge is not None:
            return stream_answer(self.knowledge, self.model)
        return get_service().stream(self.request, self.model)

    def encoder(self, *, wants_usage: bool = False) -> CompletionEncoder:
        """Raises ModelNotReady."""
        answering = find_author(self.model) if self.knowledge else find_answering(self.model)
        return CompletionEncoder(answering.name, answering.demo, wants_usage)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began


@router.post(
    PATHS[0],
    auth=Needs("chat"),
    openapi_extra=describe(ChatBody, answer=CompletionAnswer),
    summary="Chat completions",
)
async def create_chat_completion(request: HttpRequest) -> HttpResponseBase:
    """As OpenAI's, with `message.boxes` and `processing_time` beside."""
    require_json(request)
    caller, request_id, data = get_caller(request), get_request_id(), request.body
    asker = find_asker(request.headers, caller)

    body = await in_reader(lambda: read_json(data, ChatBody, EXAMPLE_CHAT))
    fetched = await fetch_pictures(body)

    def read() -> ChatRequest:
        return to_chat_request(
            body,
            lambda address, param: read_address(address, param, caller.owner, fetched),
            owner=caller.owner,
            on_behalf_of=asker,
            request_id=request_id,
        )

    chat = await in_reader(read)
    asked = AskedTemplate.of(body, "prompt_template")
    chat, knowledge = await word_request(
        chat, body.knowledge_base, asked, language_of(request), caller
    )
    completion = Completion(chat, await find_model_name(body.model), knowledge)
    if not body.stream:
        return await answer_whole(completion)
    wants_usage = body.stream_options is not None and body.stream_options.include_usage
    encoder = completion.encoder(wants_usage=wants_usage)
    reader = StreamReader(completion.start())
    try:
        first = await reader.read(FIRST_VALUE_SECONDS)
        events = encode_events(completion, encoder, reader, first)
        return await event_response(request, events)
    except BaseException:
        await reader.close()
        raise


for path in PATHS[1:]:
    router.post(path, auth=Needs("chat"), include_in_schema=False)(create_chat_completion)


async def answer_whole(completion: Completion) -> HttpResponse:
    encoder = completion.encoder()
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            end, annotations = to_end(await find_end(completion.start()))
    except TimeoutError:
        raise DeadlinePassed(DEADLINE_SECONDS) from None
    return json_response(encoder.encode(end, completion.seconds, annotations))


async def find_end(stream: AsyncGenerator[Piece]) -> End | Answer:
    """A caller that goes away cancels here, which ends the generation."""
    try:
        async for value in stream:
            if not isinstance(value, Delta):
                return value
    finally:
        await stream.aclose()
    raise RuntimeError("the stream ended without an End")


async def encode_events(
    completion: Completion,
    encoder: CompletionEncoder,
    reader: StreamReader[Piece],
    first: Piece | Mark,
) -> AsyncGenerator[bytes]:
    """`first` has been read already, so that a fault before it could get its own status."""
    value = first
    try:
        for choice in range(completion.request.sampling.n):
            yield encode_event(encoder.encode_first(choice))
        while value is not Mark.ENDED:
            if value is Mark.WAITING:
                yield keep_alive(get_service().position(completion.request.id))
            elif isinstance(value, Delta):
                yield encode_event(encoder.encode_delta(value))
            elif isinstance(value, End | Answer):
                end, annotations = to_end(value)
                for chunk in encoder.encode_last(end, completion.seconds, annotations):
                    yield encode_event(chunk)
                if encoder.wants_usage:
                    yield encode_event(encoder.encode_usage_chunk(end))
            value = await reader.read(KEEP_ALIVE_SECONDS)
        yield DONE
    finally:
        await reader.close()
