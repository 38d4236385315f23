"""Answers have the shapes of OpenAI's own document, down to the fields that are null.

`data/openai.json` is made by `scripts/checks/openai_document.py` from the document of August 2026
(github.com/openai/openai-openapi, f85dbe2, MIT); its client checks far less.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from admin_system.api.tests.server import ServerProcess
from admin_system.api.tests.test_openai_fields import QUESTION, SCHEMA, TOOL

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

DOCUMENT = json.loads((Path(__file__).parent / "data" / "openai.json").read_text("utf-8"))
CHAT = "CreateChatCompletionResponse"
ASK = {"model": "builtin-demo", "messages": QUESTION, "max_tokens": 12}
FORCED = {"tools": [TOOL], "tool_choice": "required"}
CASES: list[tuple[str, dict[str, Any] | None, str]] = [
    ("chat/completions", {}, CHAT),
    ("chat/completions", {"n": 2, "seed": 1, "logprobs": True, "top_logprobs": 2}, CHAT),
    ("chat/completions", FORCED, CHAT),
    ("chat/completions", {"response_format": SCHEMA, "max_tokens": 40}, CHAT),
    ("chat/completions", {"temperature": 9}, "ErrorResponse"),
    ("chat/completions", {"model": "nobody"}, "ErrorResponse"),
    ("embeddings", {"model": "hash", "input": ["one", "二"]}, "CreateEmbeddingResponse"),
    ("embeddings", {"input": "\ufdd0"}, "CreateEmbeddingResponse"),  # of no token
    ("models", None, "ListModelsResponse"),
    ("models/builtin-demo", None, "Model"),
    ("models/nobody", None, "ErrorResponse"),
]


def validate(answer: Any, name: str) -> None:
    """Raises ValidationError."""
    shape = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    jsonschema.Draft202012Validator(shape).validate(answer)


@pytest.mark.parametrize(("path", "more", "name"), CASES)
def test_an_answer_has_its_shape(
    ready_server: ServerProcess, path: str, more: dict[str, Any] | None, name: str
) -> None:
    url = f"{ready_server.url}/api/v1/{path}"
    body = {**(ASK if path.startswith("chat") else {}), **(more or {})}
    answer = httpx.get(url) if more is None else httpx.post(url, json=body, timeout=60)
    assert (answer.status_code == 200) == (name != "ErrorResponse"), answer.text
    validate(answer.json(), name)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"n": 2, "logprobs": True, "top_logprobs": 2, "stream_options": {"include_usage": True}},
        FORCED,
    ],
)
def test_every_piece_of_a_stream_has_its_shape(
    ready_server: ServerProcess, more: dict[str, Any]
) -> None:
    url = f"{ready_server.url}/api/v1/chat/completions"
    answer = httpx.post(url, json={**ASK, "stream": True, **more}, timeout=60)
    pieces = [line[6:] for line in answer.text.splitlines() if line.startswith("data: ")]
    assert pieces.pop() == "[DONE]"
    assert len(pieces) > 2
    for piece in pieces:
        validate(json.loads(piece), "CreateChatCompletionStreamResponse")
