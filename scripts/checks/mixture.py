"""Requests of many kinds, each with what is the right answer to it: known from asking alone, or the
error that its fault deserves."""

from __future__ import annotations

import base64
import io
import json
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from PIL import Image, ImageDraw

Body = dict[str, Any]
Choices = list[tuple[str, str]]
"""Of each answer to a request its text and how it ended."""
QUESTIONS = ("你好，你能做什么？", "What can you do?", "请介绍一下你自己", "How are you?")
LOOKS = ("描述这张图片", "What is in the picture?", "框出红色圆形")
SIZES = ((120, 120), (300, 200), (200, 420), (3000, 2000))
TOKENS = 60
SCHEMA: Body = {
    "type": "object",
    "properties": {"形状": {"enum": ["圆", "方"]}, "n": {"type": "integer", "maximum": 9}},
    "required": ["形状", "n"],
    "additionalProperties": False,
}
IMPOSSIBLE: Body = {
    "type": "object",
    "properties": {"n": {"type": "integer", "minimum": 5, "maximum": 1}},
    "required": ["n"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Case:
    kind: str
    body: Body | bytes
    error: str = ""
    """Code of the right answer, where that is an error."""
    leaves_after: float | None = None
    """Seconds until the client goes away, whatever has come."""

    @property
    def streams(self) -> bool:
        return isinstance(self.body, dict) and bool(self.body.get("stream"))


def good_bodies() -> Iterator[tuple[str, Body]]:
    """What has an answer of its own, the same every time."""
    for question in QUESTIONS:
        yield "text", to_body(question)
    for number, size in enumerate(SIZES):
        for look in LOOKS[: 1 if size[0] > 1000 else 3]:
            yield "picture", to_body(look, draw(size, number))
    for seed, question in enumerate(QUESTIONS[:3]):
        yield "seed", to_body(question) | {"temperature": 1.1, "seed": seed}
    yield "schema", to_body(LOOKS[0], draw(SIZES[0], 0)) | {"response_format": to_format(SCHEMA)}
    yield "schema", to_body(QUESTIONS[1]) | {"response_format": {"type": "json_object"}}


def bad_cases() -> list[Case]:
    picture = draw(SIZES[0], 0)
    text = to_body(QUESTIONS[0])
    return [
        Case("malformed", b'{"messages": [', "json_malformed"),
        Case("malformed", {"model": "builtin-demo"}, "field_missing"),
        Case("malformed", text | {"temperature": 9}, "field_over_maximum"),
        Case("malformed", text | {"answer_nicely": True}, "field_unknown"),
        Case("malformed", to_body("x", picture[: len(picture) // 2]), "picture_truncated"),
        Case("malformed", to_body("x", b"no picture at all"), "picture_not_a_picture"),
        Case("huge picture", to_body("x", claim_pixels(40_000, 40_000)), "picture_too_many_pixels"),
        Case("impossible", text | {"response_format": to_format(IMPOSSIBLE)}, "schema_refused"),
        Case("too long", to_body("many words " * 20_000), "context_length_exceeded"),
    ]


def vary(kind: str, body: Body, outcome: Choices, pick: random.Random) -> tuple[Case, Choices]:
    """A case made of a question whose answer is known, with what is then right."""
    (text, reason) = outcome[0]
    streams = {"stream": True} if pick.random() < 0.5 else {}
    case = Case(kind, body | streams)
    change = pick.choice(("none", "none", "stop", "logprobs", "several", "left"))
    if change == "left":
        return replace(case, kind="left", leaves_after=pick.uniform(0, 0.4)), []
    if kind not in {"text", "picture"} or change == "none":
        return case, list(outcome)
    if change == "stop" and (stop := find_stop(text, pick)):
        before = text[: text.index(stop)]
        return replace(case, kind="stop", body=body | streams | {"stop": [stop]}), [
            (before, "stop")
        ]
    if change == "several":
        return replace(case, kind="n = 3", body=body | streams | {"n": 3}), [(text, reason)] * 3
    asked = {"logprobs": True, "top_logprobs": 2}
    return replace(case, kind="logprobs", body=body | streams | asked), list(outcome)


def find_stop(text: str, pick: random.Random) -> str:
    """Two characters that the answer has; empty where it is too short."""
    places = [place for place, pair in enumerate(pairwise(text)) if "\ufffd" not in pair]
    place = pick.choice(places) if places else 0
    return text[place : place + 2] if places else ""


def to_body(question: str, picture: bytes | None = None) -> Body:
    content: list[Body] = [{"type": "text", "text": question}]
    if picture is not None:
        address = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
        content.insert(0, {"type": "image_url", "image_url": {"url": address}})
    return {
        "messages": [{"role": "user", "content": content}],
        "temperature": 0,
        "max_tokens": TOKENS,
    }


def to_format(schema: Body) -> Body:
    named = {"name": "answer", "strict": True, "schema": schema}
    return {"type": "json_schema", "json_schema": named}


def draw(size: tuple[int, int], number: int) -> bytes:
    image = Image.new("RGB", size, "white")
    side = min(size) // 2
    colour = ("#e02020", "#2020e0", "#20a020", "#e0c020")[number % 4]
    ImageDraw.Draw(image).ellipse((side // 4, side // 4, side, side), fill=colour)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def claim_pixels(width: int, height: int) -> bytes:
    """A small PNG whose header claims so many."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 64))


def read_choices(case: Case, body: Body, fault: Callable[[str], None]) -> Choices:
    """Of a whole answer; looks into logprobs on the way."""
    found: Choices = []
    for choice in sorted(body["choices"], key=lambda choice: int(choice["index"])):
        text = choice["message"]["content"] or ""
        if case.kind == "logprobs":
            tokens = choice["logprobs"]["content"]
            if "".join(token["token"] for token in tokens) != text:
                fault("the tokens with their likelihoods are not the text")
        if case.kind == "schema":
            json.loads(text)
        found.append((text, choice["finish_reason"]))
    return found
