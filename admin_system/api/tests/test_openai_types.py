"""Our answers as values of the official client's types, which are made from OpenAI's specification.

Nothing may be there that they do not know but what is documented as ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from openai.pagination import SyncPage
from openai.types import CreateEmbeddingResponse, Model
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import BaseModel

from admin_system.api.tests.server import ServerProcess

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

OURS = {"boxes", "processing_time"}
"""Fields that we add, on purpose (docs/api.md)."""
HELLO: dict[str, Any] = {"messages": [{"role": "user", "content": "hello there"}]}


def unknown_fields(value: Any, place: str = "") -> Iterator[str]:
    if isinstance(value, BaseModel):
        yield from (f"{place}.{name}" for name in value.model_extra or {} if name not in OURS)
        for name in type(value).model_fields:
            yield from unknown_fields(getattr(value, name), f"{place}.{name}")
    elif isinstance(value, list):
        for item in value:
            yield from unknown_fields(item, f"{place}[]")


def check(kind: type[BaseModel], content: dict[str, Any]) -> None:
    """Raises ValidationError; what JSON has no kind for is read as JSON has it."""
    value = kind.model_validate_json(json.dumps(content), strict=True)
    assert list(unknown_fields(value)) == []


@pytest.mark.parametrize("wish", [{}, {"max_tokens": 1}, {"stop": "there"}])
def test_a_completion_is_one_of_openais(uvicorn_server: ServerProcess, wish: Any) -> None:
    url = f"{uvicorn_server.url}/v1/chat/completions"
    answer = httpx.post(url, json={**HELLO, **wish})
    check(ChatCompletion, answer.json())


def test_every_chunk_is_one_of_openais(uvicorn_server: ServerProcess) -> None:
    url = f"{uvicorn_server.url}/v1/chat/completions"
    wish = {"stream": True, "stream_options": {"include_usage": True}}
    lines = httpx.post(url, json={**HELLO, **wish}).text.split("\n\n")
    chunks = [line.removeprefix("data: ") for line in lines if line.startswith("data: {")]
    assert len(chunks) > 2
    for chunk in chunks:
        check(ChatCompletionChunk, json.loads(chunk))


def test_models_are_those_of_openai(uvicorn_server: ServerProcess) -> None:
    listed = httpx.get(f"{uvicorn_server.url}/v1/models").json()
    page = SyncPage[Model].model_validate_json(json.dumps(listed))
    assert page.object == "list"
    for model in listed["data"]:
        Model.model_validate_json(json.dumps(model), strict=True)


def test_embeddings_are_those_of_openai(uvicorn_server: ServerProcess) -> None:
    body = {"model": "hash", "input": ["a", "b"]}
    answer = httpx.post(f"{uvicorn_server.url}/v1/embeddings", json=body)
    assert answer.status_code == 200, answer.text
    check(CreateEmbeddingResponse, answer.json())
