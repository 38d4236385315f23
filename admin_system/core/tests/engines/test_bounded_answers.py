"""A service elsewhere that sends without end takes no memory here."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from admin_system.core.engines.remote.bounded import (
    LARGEST,
    AnswerTooLarge,
    BoundedClient,
    read_start,
)
from admin_system.core.engines.remote.events import Event, Piece
from admin_system.core.engines.remote.relay import LONGEST_ANSWER, Relay
from admin_system.core.engines.remote.upstream import Upstream
from admin_system.core.errors import LoadError, UpstreamError
from admin_system.core.tools import ToolCallDelta
from admin_system.core.types import ChatRequest, Message, Sampling
from admin_system.core.upstreams import UpstreamAddress

BLOCK = 2**20


def ask(content: bytes, packed: bool) -> httpx.Response:
    headers = {"content-type": "application/json"}
    if packed:
        content, headers = gzip.compress(content), {**headers, "content-encoding": "gzip"}
    answer = httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, content=content))
    with BoundedClient(transport=answer) as client:
        return client.get("http://far/v1/models")


@pytest.mark.parametrize("packed", [False, True])
def test_a_whole_answer_has_a_largest_size(packed: bool) -> None:
    told = {"data": [{"id": "m"}]}
    assert ask(json.dumps(told).encode(), packed).json() == told
    with pytest.raises(AnswerTooLarge):
        ask(b" " * (LARGEST + 1), packed)


class Scripted(Upstream):
    """Answers everything with the same bytes."""

    def __init__(self, content: bytes) -> None:
        super().__init__(UpstreamAddress("http://far/v1", "m"), ours=True)
        self._answer = httpx.MockTransport(lambda _: httpx.Response(200, content=content))

    def _client(self) -> httpx.Client:
        return BoundedClient(transport=self._answer)


@pytest.mark.parametrize(
    "content", [b"[" * 200_000, b"[]", b"0", b'{"data": 1, "model": 0}', b"\xff"]
)
def test_no_whole_answer_ends_whoever_looks_after_upstreams(content: bytes) -> None:
    with pytest.raises(LoadError, match="upstream_bad_answer"):
        Scripted(content).look()
    Scripted(content).unload()


async def test_of_a_refusal_the_beginning_is_read() -> None:
    taken = 0

    async def without_end() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += BLOCK
            yield b"x" * BLOCK

    assert len(await read_start(without_end(), BLOCK + 1)) == BLOCK + 1
    assert taken == 2 * BLOCK


@pytest.mark.parametrize(
    "piece",
    [Piece(0, "x" * BLOCK), Piece(tool_calls=(ToolCallDelta(0, arguments="x" * BLOCK),))],
    ids=["text", "call"],
)
def test_an_answer_without_end_is_given_up(piece: Piece) -> None:
    relay = Relay(ChatRequest((Message.of_text("user", "hi"),), Sampling(), "owner", "r"))
    for _ in range(LONGEST_ANSWER // BLOCK):
        list(relay.take(Event((piece,))))
    with pytest.raises(UpstreamError, match="upstream_bad_answer"):
        list(relay.take(Event((piece,))))
