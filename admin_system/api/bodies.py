"""The body of an HTTP request -> a validated model."""

from __future__ import annotations

from typing import TypeVar

from django.http import HttpRequest

from admin_system.api.errors import ContentTypeUnsupported, EncodingUnsupported
from admin_system.api.pictures import in_reader
from admin_system.api.protocol.strict_json import read_object
from admin_system.api.protocol.validation import Body, to_body

BodyT = TypeVar("BodyT", bound=Body)

JSON = "application/json"
EXAMPLE_BOXES = '{"boxes": [{"label": "圆", "box": [10, 20, 60, 80]}]}'
EXAMPLE_CHAT = '{"messages": [{"role": "user", "content": "你好"}]}'
EXAMPLE_ANALYZE = '{"image_base64": "...", "query": "..."}'
EXAMPLE_CHECK = '{"repair": true}'
EXAMPLE_DOCUMENT = '{"topic": "手册", "title": "清洗", "text": "..."}'
EXAMPLE_EMBEDDING_MODEL = '{"kind": "folder", "path": "/models/bge-m3"}'
EXAMPLE_EMBEDDINGS = '{"model": "all-MiniLM-L6-v2", "input": "..."}'
EXAMPLE_PASSAGE = '{"text": "...", "enabled": true}'
EXAMPLE_QUESTION = '{"question": "机器多久清洗一次？", "passage": 1}'
EXAMPLE_QUESTION_SET = '{"name": "清洗", "content": [{"passage": "...", "question": "..."}]}'
EXAMPLE_RUN = '{"topic": "手册"}'
EXAMPLE_SET_TOPIC = '{"topic": "手册"}'
EXAMPLE_SEARCH = '{"query": "机器多久清洗一次？"}'
EXAMPLE_TITLE = '{"title": "清洗"}'
EXAMPLE_TOPIC = '{"name": "手册"}'
EXAMPLE_SERVICE = '{"model": "builtin-demo"}'


ON_LOOP = 64 * 1024
"""Bytes. A larger body may hold millions of values, which takes seconds: it is read beside the
event loop."""


def require_json(request: HttpRequest, *others: str) -> None:
    """A missing content type passes. Raises ContentTypeUnsupported, EncodingUnsupported."""
    if (encoding := request.headers.get("content-encoding", "identity").lower()) != "identity":
        raise EncodingUnsupported(encoding)
    kind = (request.content_type or "").lower()
    if kind and kind != JSON and not kind.endswith("+json") and kind not in others:
        raise ContentTypeUnsupported(kind, ", ".join((JSON, *others)))


def read_json(data: bytes, model: type[BodyT], example: str) -> BodyT:
    """Raises BadRequest."""
    return to_body(model, read_object(data, example=example))


async def aread_json(data: bytes, model: type[BodyT], example: str) -> BodyT:
    """Raises BadRequest."""
    if len(data) <= ON_LOOP:
        return read_json(data, model, example)
    return await in_reader(lambda: read_json(data, model, example))
