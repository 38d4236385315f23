"""Whatever an upstream sends is read or refused, and never breaks what we send on."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from admin_system.core.engines.remote import lines as lines_module
from admin_system.core.engines.remote.events import (
    Event,
    Piece,
    read_chunk,
    read_events,
    read_refusal,
)
from admin_system.core.engines.remote.lines import read_lines
from admin_system.core.engines.remote.relay import Relay
from admin_system.core.errors import UpstreamError
from admin_system.core.loaded import Heard
from admin_system.core.types import ChatRequest, Delta, Message, Sampling, TextPart

FEW = settings(max_examples=30, deadline=None)
CODES = st.integers(0, 0x10FFFF).map(chr)
"""Halves of characters too."""
TEXTS = st.text(CODES, max_size=6)
NUMBERS = st.integers(-(10**30), 10**30) | st.floats()
NAMES = st.sampled_from(
    ["token", "logprob", "bytes", "index", "id", "name", "arguments", "content"]
)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | TEXTS, inner, max_size=4),
    max_leaves=8,
)


def maybe(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly as it should be, now and then anything."""
    return st.one_of(value, value, value, JSON)


def shaped(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly with all of them, now and then without some, or anything."""
    whole = st.fixed_dictionaries(fields)
    return st.one_of(whole, whole, whole, st.fixed_dictionaries({}, optional=fields), JSON)


LIKELY = {"token": TEXTS, "logprob": NUMBERS, "bytes": maybe(st.lists(st.integers(0, 255)))}
TOKEN = shaped(**LIKELY, top_logprobs=st.lists(shaped(**LIKELY), max_size=2))
FUNCTION = shaped(name=maybe(TEXTS), arguments=maybe(TEXTS))
CALL = shaped(index=maybe(st.just(0)), id=maybe(TEXTS), function=FUNCTION)
DELTA = shaped(content=maybe(TEXTS), tool_calls=st.lists(CALL, max_size=2))
CHOICE = shaped(
    index=maybe(st.just(0)),
    delta=DELTA,
    logprobs=shaped(content=st.lists(TOKEN, max_size=2)),
    finish_reason=maybe(st.sampled_from([None, "stop", "length"])),
)
USAGE = shaped(
    prompt_tokens=maybe(st.integers(0, 9)),
    completion_tokens=maybe(st.integers(0, 9)),
    prompt_tokens_details=shaped(cached_tokens=maybe(st.integers(0, 9))),
)
CHUNK = shaped(choices=maybe(st.lists(CHOICE, max_size=2)), usage=USAGE)


def make_request(*stops: str) -> ChatRequest:
    sampling = Sampling(stop=stops)
    return ChatRequest((Message("user", (TextPart("?"),)),), sampling, "local", "r")


async def in_blocks(data: bytes, cuts: list[int]) -> AsyncIterator[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    for start, end in itertools.pairwise(places):
        yield data[start:end]


def collect(data: bytes, cuts: list[int]) -> list[str]:
    async def read() -> list[str]:
        return [line async for line in read_lines(in_blocks(data, cuts))]

    return asyncio.run(read())


@FEW
@given(
    st.lists(st.sampled_from(["data: 泵😀", "\r", "\n", "\u2028", "\x85", "\x0b", ""]) | TEXTS),
    st.binary(max_size=4),
    st.lists(st.integers(0, 200), max_size=8),
)
def test_lines_are_the_same_wherever_they_are_cut(
    parts: list[str], broken: bytes, cuts: list[int]
) -> None:
    data = "".join(parts).encode("utf-8", "surrogatepass") + broken
    found = [line for line in collect(data, cuts) if line]
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    assert found == [line for line in re.split("[\r\n]", text) if line]


def test_a_line_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "LONGEST_LINE", 100)
    assert collect(b"a" * 90 + b"\n" + b"b" * 90, [30, 60]) == ["a" * 90, "b" * 90]
    with pytest.raises(UpstreamError, match="upstream_bad_answer"):
        collect(b"a" * 200, [50, 150])


@settings(max_examples=70, deadline=None)
@given(st.lists(CHUNK, max_size=3))
@example([{"choices": [{"index": float("inf"), "delta": {"content": "a"}}]}])
@example([{"choices": [{"delta": {"content": "\ud83d"}}]}])
@example([{"choices": [{"delta": {"tool_calls": [{"function": {"arguments": "\ude00"}}]}}]}])
@example([{"choices": [], "usage": {"prompt_tokens": "many", "completion_tokens": [1]}}])
@example(
    [
        {
            "choices": [
                {
                    "delta": {"content": "a"},
                    "logprobs": {"content": [{"token": "a", "logprob": float("-inf")}]},
                }
            ]
        }
    ],
)
@example(
    [
        {
            "choices": [
                {
                    "delta": {"content": "a"},
                    "logprobs": {"content": [{"token": "", "logprob": 0, "bytes": 10**11}]},
                }
            ]
        }
    ]
)
def test_every_chunk_is_read_or_refused(chunks: list[Any]) -> None:
    relay = Relay(make_request())
    deltas: list[Delta] = []
    try:
        for chunk in chunks:
            deltas += relay.take(read_chunk(json.dumps(chunk)))
        deltas += relay.flush()
        end = relay.end()
    except UpstreamError:
        pass
    else:
        assert end.usage.total_tokens >= 0
    for delta in deltas:
        told = [delta.text]
        for token in delta.logprobs:
            for one in (token.chosen, *token.top):
                told.append(json.dumps([one.logprob, list(one.bytes)], allow_nan=False))
                told.append(one.token)
        if delta.tool_call is not None:
            told += [delta.tool_call.id, delta.tool_call.name, delta.tool_call.arguments]
        "".join(told).encode()  # no half of a character among them


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 100_000, "9" * 5_000, "nul", "", '"\\ud83d"', "NaN"]
)
def test_what_is_no_chunk_is_the_upstreams_fault(text: str) -> None:
    with pytest.raises(UpstreamError, match="upstream_bad_answer"):
        read_chunk(text)
    assert read_refusal(500, None, text.encode()).values["status"] == 500


@FEW
@given(
    st.text(st.characters(codec="utf-16"), min_size=1, max_size=8),
    st.lists(st.integers(0, 20), max_size=5),
)
@example("😀", [1])
def test_halves_of_characters_meet_again(text: str, cuts: list[int]) -> None:
    """As a service writes them that escapes whatever is not ASCII, unit by unit."""
    data = text.encode("utf-16-le", "surrogatepass")
    places = sorted({0, len(data), *(2 * cut for cut in cuts if 2 * cut < len(data))})
    relay = Relay(make_request())
    found = ""
    for start, end in itertools.pairwise(places):
        part = data[start:end].decode("utf-16-le", "surrogatepass")
        found += "".join(delta.text for delta in relay.take(Event((Piece(text=part),))))
    assert found + "".join(delta.text for delta in relay.flush()) == text


def test_a_text_may_hold_what_other_formats_take_for_the_end_of_a_line() -> None:
    text = "a\u2028b\x85c\x0bd"
    chunk = json.dumps({"choices": [{"delta": {"content": text}}]}, ensure_ascii=False)
    data = f": hello\n\ndata: {chunk}\r\n\r\ndata:[DONE]\n\n".encode()

    async def read() -> list[Event]:
        return [event async for event in read_events(read_lines(in_blocks(data, [5, 30])))]

    first, last = asyncio.run(read())
    assert (first.pieces[0].text, last.last) == (text, True)


@pytest.mark.parametrize(
    ("chunk", "status"),
    [
        ({"error": {"message": "no room"}}, 200),
        ({"error": {"message": "no room", "type": "invalid_request_error", "code": "x"}}, 400),
        ({"error": {"message": "no room", "type": "BadRequestError", "code": 400}}, 400),
        ({"error": "no room", "error_type": "generation"}, 200),
        ({"object": "error", "message": "no room", "code": 500}, 500),
        ({"error": {"message": "no room", "type": ["?"], "code": True}}, 200),
    ],
)
def test_an_error_in_a_stream_is_told_in_every_shape(chunk: dict[str, Any], status: int) -> None:
    """Services end the stream as if nothing were wrong behind it."""
    with pytest.raises(UpstreamError) as caught:
        read_chunk(json.dumps(chunk))
    assert (caught.value.code, caught.value.status) == ("upstream_refused", status)
    assert caught.value.values["reason"] == "no room"


def test_empty_chunks_are_passed_over() -> None:
    data = b"data:\n\nid: 1\nretry: 5\n\ndata: \n\ndata: [DONE]\n\n"

    async def read() -> list[Event]:
        return [event async for event in read_events(read_lines(in_blocks(data, [])))]

    assert asyncio.run(read()) == [Event(last=True)]


def piece_of_call(index: int, number: str | None, name: str | None, arguments: str) -> Event:
    function = {"name": name, "arguments": arguments}
    call = {"index": index, "id": number, "type": "function", "function": function}
    return read_chunk(json.dumps({"choices": [{"delta": {"tool_calls": [call]}}]}))


@pytest.mark.parametrize(
    "pieces",
    [
        [(0, "a", "f", ""), (0, None, None, "{}"), (1, "b", "g", "{}")],
        [(1, "a", "f", "{}"), (2, "b", "g", "{"), (2, "", "", "}")],
        [(0, "a", "f", "{}"), (0, "b", "g", "{}")],
        [(-1, "a", "f", "{"), (-1, "a", "f", "}"), (5, "b", "g", "{}")],
        [(0, None, "f", "{}"), (1, None, "g", "{}")],
    ],
    ids=["as OpenAI", "from 1 on", "all of them 0", "said again", "without ids"],
)
def test_calls_are_told_apart_however_they_are_numbered(
    pieces: list[tuple[int, str | None, str | None, str]],
) -> None:
    relay, heard = Relay(make_request()), Heard()
    heads = []
    for piece in pieces:
        for delta in relay.take(piece_of_call(*piece)):
            assert delta.tool_call is not None
            heads += [delta.tool_call] if delta.tool_call.id else []
            heard.add(delta)
    assert [(call.name, call.arguments) for call in heard.calls] == [("f", "{}"), ("g", "{}")]
    assert [(head.index, head.name) for head in heads] == [(0, "f"), (1, "g")]
    assert len({call.id for call in heard.calls}) == 2
    assert relay.end().finish_reason == "tool_calls"


@pytest.mark.parametrize(
    "told", ["²", "9" * 5_000, "-1", "soon", "", "Wed, 21 Oct 2026 07:28:00 GMT"]
)
def test_a_wait_that_is_no_number_of_seconds_is_none(told: str) -> None:
    assert read_refusal(429, told, b"{}").retry_after is None
