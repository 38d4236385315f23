"""Embeddings as OpenAI words them."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from admin_system.api.limits import MAX_EMBEDDED
from admin_system.api.protocol.validation import TAG, Body, neutral
from admin_system.vector_search.embedder import Vectors

EncodingFormat = Literal["float", "base64"]


def tag_of_input(value: Any) -> str:
    return f"{TAG}several" if isinstance(value, list) else f"{TAG}one"


def refuse_tokens(value: Any) -> Any:
    """OpenAI also takes tokens of its own tokenizer: numbers, or lists of them."""
    if isinstance(value, list) and any(isinstance(one, int | list) for one in value):
        raise PydanticCustomError("field_is_tokens", "tokens")
    return value


Text = Annotated[str, Field(min_length=1)]
Input = Annotated[
    Annotated[Text, Tag(f"{TAG}one")]
    | Annotated[list[Text], Field(min_length=1, max_length=MAX_EMBEDDED), Tag(f"{TAG}several")],
    Discriminator(tag_of_input),
    BeforeValidator(refuse_tokens),
]


class EmbeddingsBody(Body):
    """A request for the vectors of texts."""

    input: Input
    model: str | None = Field(None, min_length=1, description="None takes the one in use.")
    encoding_format: EncodingFormat | None = None
    user: str | None = Field(None, description="Accepted without effect.")
    dimensions: Annotated[Any, neutral()] = None

    @property
    def texts(self) -> list[str]:
        return [self.input] if isinstance(self.input, str) else self.input


def encode_vector(vector: Vectors, encoding: EncodingFormat) -> list[float] | str:
    """`vector` is (dim,); in base64 as float32, little endian."""
    if encoding == "base64":
        return base64.b64encode(vector.astype("<f4").tobytes()).decode()
    numbers: list[float] = vector.tolist()
    return numbers


def encode_embeddings(
    vectors: Vectors, encoding: EncodingFormat, model: str, tokens: int
) -> dict[str, Any]:
    """`vectors` are (n, dim); `tokens` 0 where nobody counted them."""
    data = [
        {"object": "embedding", "index": index, "embedding": encode_vector(vector, encoding)}
        for index, vector in enumerate(vectors)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": model, "usage": usage}
