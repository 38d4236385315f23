"""Embeddings of an OpenAI-compatible service elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import httpx
import numpy as np

from admin_system.vector_search.batching import batches_by_length
from admin_system.vector_search.embedder import (
    Embedder,
    EmbedderProfile,
    EmbedderSpec,
    Purpose,
    Vectors,
    to_unit_vectors,
)
from admin_system.vector_search.errors import EmbedderFault, EmbedderLoadError

logger = logging.getLogger(__name__)

TIMEOUT = httpx.Timeout(connect=10.0, read=120.0, write=60.0, pool=10.0)
ASSUMED_TOKENS = 8192
"""OpenAI's own limit; a service says nothing about it."""
LATER = {408, 409, 425, 429, 500, 502, 503, 504}
"""Statuses after which the same request may succeed."""


class RemoteEmbedder(Embedder):
    """Its vocabulary is unknown: what it reads is what the operator says, else everything."""

    def __init__(self, spec: EmbedderSpec) -> None:
        super().__init__(spec)
        headers = {"Authorization": f"Bearer {spec.key}"} if spec.key else {}
        self._client: httpx.Client | None = None
        self._headers = headers

    def load(self) -> EmbedderProfile:
        self._client = self._client or httpx.Client(timeout=TIMEOUT, headers=self._headers)
        try:
            vectors = self._ask(["?"])
        except EmbedderFault as error:
            raise EmbedderLoadError(error.code, **error.values) from error
        self._profile = EmbedderProfile(
            name=self.spec.model,
            revision="remote",
            dim=vectors.shape[1],
            max_tokens=ASSUMED_TOKENS,
            query_prompt=self.spec.query_prompt or "",
            document_prompt=self.spec.document_prompt or "",
            scripts=self.measure_scripts(),
        )
        return self._profile

    def unload(self) -> None:
        super().unload()
        client, self._client = self._client, None
        if client:
            client.close()

    def embed(self, texts: Sequence[str], purpose: Purpose = "document") -> Vectors:
        profile = self.profile
        prompt = profile.query_prompt if purpose == "query" else profile.document_prompt
        vectors = np.empty((len(texts), profile.dim), dtype=np.float32)
        for places in batches_by_length(texts, profile.max_tokens):
            found = self._ask([prompt + texts[place] for place in places])
            if found.shape[1] != profile.dim:
                raise EmbedderFault("embedder_bad_vectors")
            vectors[places] = found
        return vectors

    def _ask(self, texts: list[str]) -> Vectors:
        """(n, dim) of one request. Raises EmbedderFault."""
        if self._client is None:
            raise EmbedderFault("embedder_not_loaded")
        url = f"{self.spec.url.rstrip('/')}/embeddings"
        body = {"model": self.spec.model, "input": texts, "encoding_format": "float"}
        try:
            response = self._client.post(url, json=body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            logger.warning("the embedding service cannot be reached: %s", error)
            raise EmbedderFault("embedder_unreachable", retry=True) from error
        if not response.is_success:
            logger.warning("the embedding service answers with status %s", response.status_code)
            later = response.status_code in LATER
            raise EmbedderFault("embedder_refuses", retry=later, status=response.status_code)
        return to_unit_vectors(read_rows(response, len(texts)), len(texts))


def read_rows(response: httpx.Response, count: int) -> list[Any]:
    """The embeddings in the order of the inputs; some services answer in another one."""
    try:
        items = sorted(response.json()["data"], key=lambda item: int(item["index"]))
        if [int(item["index"]) for item in items] != list(range(count)):
            raise EmbedderFault("embedder_bad_vectors")
        return [item["embedding"] for item in items]
    except (ValueError, KeyError, TypeError) as error:
        raise EmbedderFault("embedder_bad_vectors") from error
