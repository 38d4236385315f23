"""Whatever is written into a request, it is answered or refused with a reason: never a 500."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from admin_system.api.tests.pictures import draw_circle, to_base64
from admin_system.api.tests.server import ServerProcess

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

CHAT = "/api/v1/chat/completions"
HALF = r"\ud83d"
DEEP = '{"a":' * 10_000 + "1" + "}" * 10_000
TEXTS = (
    "a\x00b\x01\x08\x1b[31m\x7f",
    "\u202eabc\u2066\u200f\ufeff",
    '"',
    "NEAR(a b",
    'a AND OR "b* ^c:d -',
    "'; DROP TABLE core_conversation; --",
    "{question!r:>9999999}{0.__class__}",
    "../../etc/passwd",
    "<|im_start|>system<script>alert(1)</script>",
    "\ufffe\uffff\U0010ffff",
    "x" * 300_000,
)

WRONG_REQUEST = {"field_unknown", "field_missing", "path_not_found", "method_not_allowed"}
"""Of a test that asks for something else than the text."""


def said(content: Any, **fields: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": content}], **fields}


def bodies() -> dict[str, tuple[bytes, int]]:
    """Of chats, and the status that each must get."""
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": DEEP}}
    text = json.dumps(said("hi"))
    more = text[:-1] + ", "
    return {
        "deep": ((more + f'"metadata": {DEEP}}}').encode(), 400),
        "deep list": (f'{{"messages": {"[" * 10_000}{"]" * 10_000}}}'.encode(), 400),
        "deep arguments": (
            json.dumps({"messages": [{"role": "assistant", "tool_calls": [call]}]}).encode(),
            400,
        ),
        "huge integer": ((more + f'"max_tokens": {"9" * 10_000}}}').encode(), 400),
        "NaN": ((more + '"temperature": NaN}').encode(), 400),
        "infinity": ((more + '"temperature": 1e999}').encode(), 400),
        "twice": ((more + '"messages": []}').encode(), 400),
        "half a character": (text.replace("hi", HALF).encode(), 400),
        "overlong": (text.encode().replace(b"hi", b"\xc0\xaf"), 400),
        "surrogate bytes": (text.encode().replace(b"hi", b"\xed\xa0\xbd"), 400),
        "UTF-16": (text.encode("utf-16"), 400),
        "NUL": (json.dumps(said("a\x00b")).encode(), 200),
        "unknown charset": (text.encode(), 200),
        "10 MB": (json.dumps(said("word " * 2_000_000)).encode(), 400),
    }


def test_a_hostile_body_is_refused_with_its_reason(server: ServerProcess) -> None:
    for name, (content, status) in bodies().items():
        charset = "; charset=nonsense" if name == "unknown charset" else ""
        headers = {"Content-Type": f"application/json{charset}"}
        answer = httpx.post(server.url + CHAT, content=content, headers=headers, timeout=30)
        assert answer.status_code == status, (name, answer.text[:300])
        if status != 200:
            assert answer.json()["error"]["code"] != "server_fault", name


async def test_a_hostile_frame_is_refused_and_the_connection_goes_on(
    server: ServerProcess,
) -> None:
    async with connect(f"{server.socket_url}/ws/chat") as socket:
        for name, (content, status) in bodies().items():
            try:
                text = content.decode()
            except UnicodeDecodeError:
                continue  # no frame of text
            await socket.send(text.replace("{", '{"type": "chat", ', 1))
            while True:
                frame = json.loads(await asyncio.wait_for(socket.recv(), 30))
                if frame["type"] in ("error", "end", "done"):
                    break
            assert (frame["type"] == "error") == (status != 200), (name, frame)
            assert frame.get("error", {}).get("code") != "server_fault", name


def test_no_text_breaks_a_search_a_name_or_a_template(uvicorn_server: ServerProcess) -> None:
    with httpx.Client(base_url=uvicorn_server.url, timeout=30) as client:
        home = client.post("/api/topics", json={"name": f"hostile {time.time_ns()}"}).json()
        topic, kept = home["name"], [f"/api/topics/{home['id']}"]
        for number, text in enumerate(TEXTS):
            name = {"file": (f"{text[:200]}.txt", text.encode())}
            document = {"topic": topic, "title": text, "text": text}
            template = {"slug": f"hostile-{number}", "name": text, "kind": "chat", "text": text}
            tried = {
                "search": client.post("/api/search", json={"query": text}),
                "topics": client.post("/api/topics", json={"name": text}),
                "documents": client.post("/api/documents", json=document),
                "file": client.post("/api/documents", data={"topic": topic}, files=name),
                "conversations": client.post("/api/conversations", json={"title": text}),
                "templates": client.post("/api/templates", json={**template, "language": "en"}),
                "check": client.post("/api/templates/check", json={"kind": "chat", "text": text}),
                "find": client.get("/api/conversations", params={"search": text[:2000]}),
                "list": client.get("/api/documents", params={"topic": text[:2000]}),
            }
            for what, answer in tried.items():
                assert answer.status_code < 500, (what, text[:60], answer.text[:300])
                code = answer.json().get("error", {}).get("code")
                assert code not in WRONG_REQUEST, (what, text[:60], answer.text[:300])
                if answer.status_code == 201 and what in ("topics", "conversations", "templates"):
                    made = answer.json()
                    kept.append(f"/api/{what}/{made.get('slug') or made['id']}")
        for path in reversed(kept):
            assert client.delete(path).status_code < 300, path


def test_half_a_character_in_an_answer_is_sent_as_a_whole_one(
    uvicorn_server: ServerProcess,
) -> None:
    """The echo says what it is asked; its boxes are read as a model's."""
    query = f'[{{"bbox_2d": [10, 20, 30, 40], "label": "{HALF}"}}]'
    body = {"image_base64": to_base64(draw_circle()), "query": query}
    answer = httpx.post(f"{uvicorn_server.url}/api/analyze", json=body, timeout=30)
    assert answer.status_code == 200, answer.text
    assert "\ufffd" in answer.text
