"""Whatever stands in a body, a frame or an address is read, or refused as the caller's fault."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from admin_system.api.numbers import read_number
from admin_system.api.paging import LARGEST, read_cursor, read_place, write_cursor
from admin_system.api.protocol.frames import AnalyzeFrame, ChatFrame, PingFrame, ShortFrame
from admin_system.api.protocol.strict_json import read_object, read_value
from admin_system.api.protocol.turns import TurnFrame
from admin_system.api.protocol.validation import Body, to_body
from admin_system.core.errors import BadRequest
from admin_system.knowledge_base.errors import EntryNotFound

FEW = settings(max_examples=30, deadline=None)
CODES = st.integers(0, 0x10FFFF).map(chr)
"""Halves of characters too."""
TEXTS = st.text(CODES, max_size=8)
NAMES = st.sampled_from(["messages", "role", "content", "type", "text", "id", "image", "query"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | TEXTS, inner, max_size=4),
    max_leaves=8,
)
FRAMES: tuple[type[Body], ...] = (ChatFrame, ShortFrame, TurnFrame, AnalyzeFrame, PingFrame)


@FEW
@given(st.binary(max_size=12) | JSON.map(lambda value: json.dumps(value).encode()))
@example(b'{"a": 1, "a": 2}')
@example(b"\xef\xbb\xbf[1e400]")
@example(b'"\\ud83d"')
@example(b"[" * 50_000)
def test_a_body_is_refused_or_can_be_said_back(data: bytes) -> None:
    try:
        value = read_value(data)
    except BadRequest:
        return
    assert json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    assert value == json.loads(data.decode("utf-8-sig"))


@FEW
@given(st.sampled_from(FRAMES), st.dictionaries(NAMES | TEXTS, JSON, max_size=5))
def test_a_frame_is_read_or_refused(kind: type[Body], fields: dict[str, Any]) -> None:
    try:
        to_body(kind, read_object(json.dumps(fields), example="{}"))
    except BadRequest as fault:
        json.dumps([fault.param, fault.values], default=str, ensure_ascii=False).encode()


def encode(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@FEW
@given(TEXTS | st.lists(st.integers() | TEXTS, max_size=3).map(encode))
@example(encode(["\ud83d", "a"]))
@example(encode(["\0", "a"]))
@example("é")
def test_a_cursor_is_ours_or_refused(cursor: str) -> None:
    for kinds in ((int,), (str,), (str, int), (str, str)):
        try:
            place = read_cursor(cursor, *kinds)
        except BadRequest:
            continue
        assert read_cursor(write_cursor(*place), *kinds) == place
        assert all(abs(number) <= LARGEST for number in place if isinstance(number, int))
        assert b"\0" not in "".join(map(str, place)).encode()


@pytest.mark.parametrize(
    "moment",
    [
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2026-11-26",
        "soon",
        "",
        "2026-W01",
    ],
)
def test_a_cursor_of_no_moment_that_there_is_is_refused(moment: str) -> None:
    with pytest.raises(BadRequest, match="cursor_unknown"):
        read_place(write_cursor(moment, "an_1"))
    good = "2026-11-26T02:00:00.123456+00:00"
    assert read_place(write_cursor(good, "an_1"))[0].isoformat() == good


@FEW
@given(TEXTS | st.integers().map(str))
@example("²")
@example("9" * 5_000)
@example("٣")
def test_a_number_in_an_address_is_one_or_is_not_there(text: str) -> None:
    try:
        number = read_number(text, "topic_not_found")
    except EntryNotFound:
        assert not (text.isascii() and text.isdigit() and len(text) < 19)
    else:
        assert 0 <= number <= LARGEST
