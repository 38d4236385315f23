"""What the OpenAPI document promises is what is answered."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from admin_system.api.protocol.descriptions import (
    AnalysisAnswer,
    Answer,
    CompletionAnswer,
    ErrorAnswer,
    ModelCard,
    ModelList,
    RecordPage,
    StatusAnswer,
)
from admin_system.api.protocol.strict_json import read_object
from admin_system.api.tests.pictures import draw_circle, to_base64
from admin_system.api.tests.server import ServerProcess

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

HELLO = {"messages": [{"role": "user", "content": "hello"}]}
FIND = {"image_base64": to_base64(draw_circle()), "query": "框出红色圆形"}


@pytest.mark.parametrize(
    ("path", "body", "shape"),
    [
        ("/api/v1/chat/completions", HELLO, CompletionAnswer),
        ("/api/v1/chat/completions", {}, ErrorAnswer),
        ("/api/v1/models", None, ModelList),
        ("/api/v1/models/echo", None, ModelCard),
        ("/api/analyze", FIND, AnalysisAnswer),
        ("/api/analyses", None, RecordPage),
        ("/api/status", None, StatusAnswer),
        ("/nowhere", None, ErrorAnswer),
    ],
)
def test_an_answer_has_its_described_shape(
    uvicorn_server: ServerProcess, path: str, body: dict[str, Any] | None, shape: type[Answer]
) -> None:
    url = uvicorn_server.url + path
    answer = httpx.get(url) if body is None else httpx.post(url, json=body)
    shape.model_validate_json(answer.content)


def test_the_description_says_nothing_twice(uvicorn_server: ServerProcess) -> None:
    """Swagger's page shows nothing at all of a document with a repeated field."""
    read_object(httpx.get(f"{uvicorn_server.url}/api/openapi.json").content, example="")


def test_the_endpoints_are_listed_as_they_are_described(uvicorn_server: ServerProcess) -> None:
    listed = httpx.get(f"{uvicorn_server.url}/api/").json()
    described = httpx.get(f"{uvicorn_server.url}/api/openapi.json").json()["paths"]
    assert {endpoint["path"] for endpoint in listed["endpoints"]} == set(described)
    chat = described["/api/v1/chat/completions"]["post"]
    fields = chat["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert {"messages", "temperature", "stream", "tools"} <= set(fields)
    assert "200" in chat["responses"]
    assert "$ref" not in str(described)
    upload = described["/api/documents"]["post"]["requestBody"]["content"]
    assert set(upload) == {"application/json", "multipart/form-data"}
    assert set(described["/api/documents/{document_id}"]) == {"get", "patch", "delete"}
    names = [
        operation["operationId"]
        for operations in described.values()
        for operation in operations.values()
    ]
    assert len(names) == len(set(names))
