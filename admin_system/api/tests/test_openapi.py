"""What the OpenAPI document promises is what is answered."""

from __future__ import annotations

import re
from typing import Any

import httpx
import jsonschema
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
NOT_ASKED = ("/api/service/", "/api/index/", "/api/embedding-models")
"""Tests of their own: they change the server that all tests share."""
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


def test_every_address_answers_as_described(uvicorn_server: ServerProcess) -> None:
    """The short form of `scripts/checks/described_api.py`: strange values for everything."""
    url = uvicorn_server.url
    described = httpx.get(f"{url}/api/openapi.json").json()["paths"]
    asked = 0
    with httpx.Client(base_url=url, timeout=30) as client:
        for path, operations in described.items():
            if path.startswith(NOT_ASKED):
                continue
            for method, operation in operations.items():
                for strange in ("-1", "9" * 30, "%00"):
                    address = re.sub(r"\{[^}]*\}", strange, path)
                    body = b'{"name": 1}' if method in ("post", "patch") else None
                    headers = {"Content-Type": "application/json"} if body else {}
                    answer = client.request(
                        method, f"{address}?limit={strange}", content=body, headers=headers
                    )
                    check_answer(operation["responses"], answer)
                    asked += 1
    assert asked > 200


def check_answer(responses: dict[str, Any], answer: httpx.Response) -> None:
    told = f"{answer.request.method} {answer.request.url} {answer.status_code} {answer.text[:200]}"
    assert answer.status_code < 500, told
    expected = responses.get(str(answer.status_code), responses.get("default"))
    assert expected is not None, told
    content = expected.get("content")
    if answer.status_code == 204 or not content:
        return
    kind = answer.headers["content-type"].split(";")[0]
    assert kind in content, told
    if kind == "application/json":
        jsonschema.validate(answer.json(), content[kind]["schema"])


def test_only_the_success_that_comes_is_described(uvicorn_server: ServerProcess) -> None:
    described = httpx.get(f"{uvicorn_server.url}/api/openapi.json").json()["paths"]
    for path, operations in described.items():
        for method, operation in operations.items():
            successes = [status for status in operation["responses"] if status.startswith("2")]
            assert len(successes) == 1, (method, path, successes)
            assert method != "delete" or successes == ["204"] or "jobs" in path, path
