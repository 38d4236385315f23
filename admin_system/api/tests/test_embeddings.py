"""Embeddings for the official client, and what the real model finds by meaning."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import httpx
import numpy as np
import openai
import pytest
from openai import OpenAI

from admin_system.api.protocol.library_answers import EmbeddingsAnswer
from admin_system.api.tests.library import LibraryClient
from admin_system.api.tests.server import ServerProcess

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

MODEL = "all-MiniLM-L6-v2"


@pytest.fixture
def client(reading_server: ServerProcess) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{reading_server.url}/api/v1", api_key="none", max_retries=0) as client:
        yield client


def test_the_official_client_gets_the_models_vectors(client: OpenAI) -> None:
    texts = ["The cat sleeps on the sofa.", "A kitten naps on the couch.", "Taxes are due in May."]
    plain = client.embeddings.create(model=MODEL, input=texts, encoding_format="float")
    packed = client.embeddings.create(model=MODEL, input=texts)  # the client asks for base64
    one, other, foreign = (np.array(item.embedding) for item in plain.data)
    assert [item.index for item in plain.data] == [0, 1, 2]
    assert len(one) == 384
    assert abs(np.linalg.norm(one) - 1) < 1e-5
    assert one @ other > 0.5 > one @ foreign
    np.testing.assert_allclose(packed.data[1].embedding, other, atol=1e-6)
    assert (plain.model, plain.object) == (MODEL, "list")
    assert plain.usage.prompt_tokens == plain.usage.total_tokens
    assert plain.usage.prompt_tokens == 7 + 8 + 6, "words and full stops; kitten and nap are pieces"


def test_its_own_exceptions_are_raised(client: OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match=MODEL):
        client.embeddings.create(model="text-embedding-3-small", input="x")
    with pytest.raises(openai.BadRequestError) as tokens:
        client.embeddings.create(model=MODEL, input=[[1, 2, 3]])
    assert tokens.value.code == "field_is_tokens"
    with pytest.raises(openai.BadRequestError) as dimensions:
        client.embeddings.create(model=MODEL, input="x", dimensions=8)
    assert dimensions.value.param == "dimensions"


@pytest.mark.parametrize("path", ["/api/v1/embeddings", "/api/embeddings/", "/v1/embeddings"])
def test_three_addresses_answer_the_same(uvicorn_server: ServerProcess, path: str) -> None:
    """Without a model's name the one in use answers."""
    body = {"input": "机器每周清洗", "encoding_format": "base64"}
    answer = httpx.post(uvicorn_server.url + path, json=body)
    EmbeddingsAnswer.model_validate_json(answer.content)
    vector = np.frombuffer(base64.b64decode(answer.json()["data"][0]["embedding"]), "<f4")
    assert vector.shape == (256,)
    assert answer.json()["model"] == "hash"


def test_many_texts_come_back_in_their_order(uvicorn_server: ServerProcess) -> None:
    texts = [f"text number {number}" for number in range(150)]
    url = f"{uvicorn_server.url}/api/v1/embeddings"
    data = httpx.post(url, json={"input": texts}, timeout=30).json()["data"]
    single = httpx.post(url, json={"input": texts[140]}).json()["data"][0]
    assert [item["index"] for item in data] == list(range(150))
    assert data[140]["embedding"] == single["embedding"]


def test_the_model_that_ships_finds_by_meaning_and_says_what_it_reads(
    reading_server: ServerProcess,
) -> None:
    library = LibraryClient(reading_server)
    with library.http:
        library.add_text("Employees receive twenty-five days of paid leave each year.")
        library.add_text("机器每周清洗一次。")
        (hit, *_) = library.search("How long is my annual vacation?", mode="vector", top_k=1)
        assert "paid leave" in hit["content"]
        assert hit["scores"]["keyword"] is None
        answer = library.ask("POST", "/api/search", json={"query": "机器多久清洗一次"})
        assert answer["left_out"] == "unread"
        assert "每周" in answer["results"][0]["content"]
        assert answer["results"][0]["scores"]["vector"] is None
        index = library.ask("GET", "/api/status")["knowledge_base"]["index"]
        assert index["model"] == MODEL
        assert "latin" in index["reads"]
        assert "han" not in index["reads"]
        assert (index["vectors"], index["behind"]) == (1, 0)
