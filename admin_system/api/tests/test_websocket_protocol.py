"""The points of RFC 6455 that the autobahn suite looks at, against both servers, frame by frame."""

from __future__ import annotations

import json
from typing import Any

import pytest

from admin_system.api.tests.raw_socket import BINARY, CLOSE, PING, PONG, TEXT, RawSocket
from admin_system.api.tests.server import LIMIT, ServerProcess

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

PROTOCOL, NOT_UTF8, TOO_LARGE = 1002, 1007, 1009
CHAT = json.dumps(
    {"type": "chat", "messages": [{"role": "user", "content": "κόσμε 😀"}]}, ensure_ascii=False
).encode()


def answer_of(line: RawSocket) -> str:
    """What the echo has said, at its end."""
    said = ""
    while (frame := line.read()) is not None:
        if frame[0] == TEXT:
            told: dict[str, Any] = json.loads(frame[1])
            assert told["type"] != "error", told
            said += json.dumps(told, ensure_ascii=False)
            if told["type"] in ("done", "end"):
                return said
    raise AssertionError(f"the connection ended after {said}")


def test_a_text_in_pieces_with_pings_between_them_is_one_question(server: ServerProcess) -> None:
    """Cut within characters too."""
    with RawSocket(server.port) as line:
        pieces = [CHAT[start : start + 7] for start in range(0, len(CHAT), 7)]
        for number, piece in enumerate(pieces):
            last = number == len(pieces) - 1
            line.send(0 if number else TEXT, piece, end=last)
            if not last:
                line.send(PING, bytes([number]))
        for number in range(len(pieces) - 1):
            assert line.read() == (PONG, bytes([number]))
        assert "😀" in answer_of(line)


@pytest.mark.parametrize("size", [0, 1, 125])
def test_a_ping_comes_back_as_it_was(server: ServerProcess, size: int) -> None:
    with RawSocket(server.port) as line:
        line.send(PONG, b"nobody asked")
        line.send(PING, b"\xfe" * size)
        assert line.read() == (PONG, b"\xfe" * size)
        line.send(TEXT, CHAT)
        assert "😀" in answer_of(line)


FAULTS: dict[str, tuple[list[dict[str, Any]], int]] = {
    "no UTF-8": ([{"opcode": TEXT, "data": b"\xce\xba\xe1\xbd\xb9\xed\xa0\x80"}], NOT_UTF8),
    "overlong": ([{"opcode": TEXT, "data": b"\xc0\xaf"}], NOT_UTF8),
    "half a character": ([{"opcode": TEXT, "data": b"\xf0\x9f\x98"}], NOT_UTF8),
    "reserved bits": ([{"opcode": TEXT, "data": b"{}", "reserved": 3}], PROTOCOL),
    "unknown opcode": ([{"opcode": 3, "data": b"{}"}], PROTOCOL),
    "unknown control": ([{"opcode": 11, "data": b""}], PROTOCOL),
    "long ping": ([{"opcode": PING, "data": b"x" * 126}], PROTOCOL),
    "ping in pieces": ([{"opcode": PING, "data": b"x", "end": False}], PROTOCOL),
    "unmasked": ([{"opcode": TEXT, "data": b"{}", "masked": False}], PROTOCOL),
    "nothing to continue": ([{"opcode": 0, "data": b"{}"}], PROTOCOL),
    "two texts at once": (
        [{"opcode": TEXT, "data": b"{", "end": False}, {"opcode": TEXT, "data": b"}"}],
        PROTOCOL,
    ),
    "close of one byte": ([{"opcode": CLOSE, "data": b"\x03"}], PROTOCOL),
    "close for no reason there is": ([{"opcode": CLOSE, "data": b"\x03\xed"}], PROTOCOL),
    "close without UTF-8": ([{"opcode": CLOSE, "data": b"\x03\xe8\xff"}], NOT_UTF8),
    "too large": ([{"opcode": TEXT, "data": b"{", "length": LIMIT + 1}], TOO_LARGE),
    "far too large": ([{"opcode": BINARY, "data": b"{", "length": 2**62}], TOO_LARGE),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_protocol_ends_the_connection(server: ServerProcess, name: str) -> None:
    frames, code = FAULTS[name]
    with RawSocket(server.port) as line:
        for frame in frames:
            line.send(**frame)
        # daphne drops the connection without a word, as RFC 6455, 7.1.7, lets it.
        assert line.close_code() == (code if server.kind == "uvicorn" else None)
    with RawSocket(server.port) as other:
        other.send(TEXT, CHAT)
        assert "😀" in answer_of(other), "others are not touched"


@pytest.mark.parametrize("code", [1000, 1001, 3000, 4999])
def test_a_farewell_is_returned(server: ServerProcess, code: int) -> None:
    with RawSocket(server.port) as line:
        line.send(CLOSE, code.to_bytes(2) + "再见".encode())
        assert line.close_code() in (code, 1000)
