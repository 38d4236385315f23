"""POST /api/v1/embeddings, and the same under its two other addresses."""

from __future__ import annotations

import asyncio
from functools import partial

import numpy as np
from django.http import HttpRequest, HttpResponse
from ninja import Router

from admin_system.api.auth import Needs, get_caller
from admin_system.api.bodies import EXAMPLE_EMBEDDINGS, read_json, require_json
from admin_system.api.errors import DeadlinePassed, RecordNotFound
from admin_system.api.limits import DEADLINE_SECONDS, EMBEDDED_AT_ONCE
from admin_system.api.openapi import describe
from admin_system.api.protocol.embeddings import EmbeddingsBody, encode_embeddings
from admin_system.api.protocol.library_answers import EmbeddingsAnswer
from admin_system.api.responses import json_response
from admin_system.api.threads import SLOW, in_library
from admin_system.core.usage import Taken, get_ledger
from admin_system.knowledge_base.services.embedding_texts import (
    EmbeddedTexts,
    embed_for_caller,
    find_embedding_model,
)

router = Router(tags=["knowledge base"])

PATHS = ["/api/v1/embeddings", "/api/embeddings", "/v1/embeddings"]


@router.post(
    PATHS[0],
    auth=Needs("search"),
    openapi_extra=describe(EmbeddingsBody, answer=EmbeddingsAnswer),
    summary="Embeddings",
)
async def create_embeddings(request: HttpRequest) -> HttpResponse:
    """As OpenAI's, of the knowledge base's embedding model."""
    require_json(request)
    data = request.body
    body = await in_library(lambda: read_json(data, EmbeddingsBody, EXAMPLE_EMBEDDINGS))
    current = await in_library(find_embedding_model)
    if body.model is not None and body.model != current:
        raise RecordNotFound(
            "embedding_model_not_found", param="model", model=body.model[:100], current=current
        )
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            parts = await embed_in_parts(body.texts)
    except TimeoutError:
        raise DeadlinePassed(DEADLINE_SECONDS) from None
    tokens = sum(part.tokens for part in parts)
    get_ledger().add(get_caller(request).owner, current, Taken(1, prompt_tokens=tokens))
    return await in_library(lambda: encode(body, current, parts, tokens), SLOW)


for path in PATHS[1:]:
    router.post(path, auth=Needs("search"), include_in_schema=False)(create_embeddings)


async def embed_in_parts(texts: list[str]) -> list[EmbeddedTexts]:
    """A caller that goes away ends it after the part at hand."""
    parts = []
    for start in range(0, len(texts), EMBEDDED_AT_ONCE):
        part = texts[start : start + EMBEDDED_AT_ONCE]
        parts.append(await in_library(partial(embed_for_caller, part), SLOW))
    return parts


def encode(
    body: EmbeddingsBody, model: str, parts: list[EmbeddedTexts], tokens: int
) -> HttpResponse:
    """Beside the event loop: the numbers of a full request take a second to be written."""
    vectors = np.concatenate([part.vectors for part in parts])
    return json_response(encode_embeddings(vectors, body.encoding_format or "float", model, tokens))
