"""`knowledge_base` in a chat: citations over HTTP and WebSocket, refusals, rights.

The echo model repeats its prompt, so that its answers cite what they were shown.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai import OpenAI
from websockets.asyncio.client import connect

from admin_system.api.protocol.library_answers import SearchAnswer
from admin_system.api.tests.conftest import running
from admin_system.api.tests.server import ServerProcess, environment
from admin_system.api.tests.test_websocket import receive_until, send
from admin_system.env import BASE_DIR
from scripts.testing.postgres import database_of

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
QUESTION = "三号水泵的密封圈多久更换一次？"
Template = tuple[Path, dict[str, str]]


@pytest.fixture(scope="module")
def library_server(
    template: Template, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """With two documents."""
    knowledge = tmp_path_factory.mktemp("knowledge")
    folder = tmp_path_factory.mktemp("filled") / "data"
    shutil.copytree(template[0], folder)
    database_of(folder, like=template[0])
    subprocess.run(
        [sys.executable, "-m", "admin_system.api.tests.fill"],
        cwd=BASE_DIR,
        env=environment(folder, KNOWLEDGE_DIR=str(knowledge)),
        check=True,
        capture_output=True,
    )
    filled = (folder, template[1])
    with running(
        "uvicorn", "echo", filled, tmp_path_factory, KNOWLEDGE_DIR=str(knowledge)
    ) as server:
        server.wait_for("/readyz")
        yield server


def ask(server: ServerProcess, question: str, **fields: Any) -> httpx.Response:
    body = {
        "messages": [{"role": "user", "content": question}],
        "knowledge_base": fields.pop("knowledge_base", {}),
        **fields,
    }
    headers = fields.pop("headers", {"Accept-Language": "en"})
    body.pop("headers", None)
    return httpx.post(
        f"{server.url}/api/v1/chat/completions", json=body, headers=headers, timeout=60
    )


def check_annotations(content: str, annotations: list[dict[str, Any]]) -> None:
    assert annotations
    for one in annotations:
        cited, passage = one["url_citation"], one["passage"]
        assert one["type"] == "url_citation"
        assert content[cited["start_index"] : cited["end_index"]] == "[1]"
        assert (cited["title"], cited["url"]) == ("泵站手册", f"/api/passages/{passage['id']}")
        assert passage["start"] < passage["end"]
        assert passage["page"] is None


def test_an_answer_carries_its_citations_as_openai_does(library_server: ServerProcess) -> None:
    with OpenAI(base_url=f"{library_server.url}/api/v1", api_key="none") as client:
        answer = client.chat.completions.create(
            model="echo",
            messages=[{"role": "user", "content": QUESTION}],
            extra_body={"knowledge_base": {"topic": "泵站", "top_k": 3}},
        )
    message = answer.choices[0].message
    assert message.annotations
    assert message.annotations[0].url_citation.title == "泵站手册"
    assert "> " in str(message.content)
    check_annotations(
        str(message.content), answer.model_dump()["choices"][0]["message"]["annotations"]
    )
    assert answer.usage is not None
    assert answer.usage.prompt_tokens > 100, "the passages count"


def test_a_stream_brings_them_with_its_last_delta(library_server: ServerProcess) -> None:
    said = ask(library_server, QUESTION, stream=True, stream_options={"include_usage": True})
    chunks = [
        json.loads(line.removeprefix("data: "))
        for line in said.text.splitlines()
        if line.startswith("data: {")
    ]
    *deltas, last, usage = chunks
    content = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in deltas)
    assert last["choices"][0]["finish_reason"] == "stop"
    check_annotations(content, last["choices"][0]["delta"]["annotations"])
    assert usage["usage"]["prompt_tokens"] > 100


def test_what_the_documents_do_not_say_is_refused(library_server: ServerProcess) -> None:
    for topic, question in (("lab", QUESTION), (None, "Who painted the ceiling of the chapel?")):
        answer = ask(library_server, question, knowledge_base={"topic": topic}).json()
        message = answer["choices"][0]["message"]
        assert message["annotations"] == []
        assert message["content"] in {
            "文档中没有找到相关内容。",
            "The documents do not say anything about this.",
        }
        assert answer["usage"]["total_tokens"] == 0
    plain = ask(library_server, QUESTION, knowledge_base=None).json()
    assert "annotations" not in plain["choices"][0]["message"]


@pytest.mark.parametrize(
    ("knowledge", "status", "code", "param"),
    [
        ({"topic": "nowhere"}, 404, "topic_not_found", "topic"),
        ({"top_k": 0}, 400, "field_under_minimum", "knowledge_base.top_k"),
        ({"min_score": 2}, 400, "field_over_maximum", "knowledge_base.min_score"),
        ({"topics": "x"}, 400, "field_unknown_nearest", "knowledge_base.topics"),
        ("泵站", 400, "field_not_an_object", "knowledge_base"),
    ],
)
def test_what_is_wrong_with_it_is_said(
    library_server: ServerProcess, knowledge: object, status: int, code: str, param: str
) -> None:
    refused = ask(library_server, QUESTION, knowledge_base=knowledge)
    error = refused.json()["error"]
    assert (refused.status_code, error["code"], error["param"]) == (status, code, param)


def test_the_last_turn_must_ask_and_the_key_must_be_for_searching(
    library_server: ServerProcess,
) -> None:
    silent = ask(library_server, " ")
    assert silent.json()["error"]["code"] == "knowledge_asks_nothing"
    key = {"Authorization": f"Bearer {library_server.keys['chat']}"}
    refused = ask(library_server, QUESTION, headers=key)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "scope_missing")


async def test_a_websocket_brings_them_too_and_hears_what_a_follow_up_means(
    library_server: ServerProcess,
) -> None:
    async with connect(f"{library_server.socket_url}/ws/chat/") as socket:
        knowledge = {"topic": "泵站"}
        await send(socket, message=QUESTION, knowledge_base=knowledge)
        done = (await receive_until(socket, "done"))[-1]
        check_annotations(done["content"], done["annotations"])
        await send(socket, message="由谁负责？", knowledge_base=knowledge)
        done = (await receive_until(socket, "done"))[-1]
        check_annotations(done["content"], done["annotations"])
        turns = [{"role": "user", "content": QUESTION}]
        await send(socket, type="chat", messages=turns, knowledge_base={"topic": "lab"})
        got = await receive_until(socket, "done")
    assert got[-1]["annotations"] == []
    assert [frame["type"] for frame in got] == ["start", "delta", "done"]


def test_without_a_model_passages_are_quoted(library_server: ServerProcess) -> None:
    httpx.post(f"{library_server.url}/api/service/unload", headers=library_server.authorization)
    while library_server.status()["status"] != "stopped":
        time.sleep(0.05)
    answer = ask(library_server, QUESTION).json()
    message = answer["choices"][0]["message"]
    assert answer["model"] == "knowledge-base"
    assert "每隔四十一天更换一次密封圈" in message["content"]
    check_annotations(message["content"], message["annotations"])
    assert ask(library_server, "hello", knowledge_base=None).status_code == 503
    httpx.post(f"{library_server.url}/api/service/reload", headers=library_server.authorization)
    library_server.wait_for("/readyz")


def test_a_search_brings_an_answer_with_its_citations_where_asked(
    library_server: ServerProcess,
) -> None:
    def search(query: str, **fields: Any) -> dict[str, Any]:
        body = {"query": query, "answer": True, **fields}
        response = httpx.post(f"{library_server.url}/api/search", json=body, timeout=60)
        found: dict[str, Any] = SearchAnswer.model_validate(response.json()).model_dump()
        return found

    found = search(QUESTION)
    assert found["answer"]
    check_annotations(found["answer"], found["annotations"])
    assert found["results"][0]["certainty"] > 0.5
    nothing = search("月亮上有几座环形山？")
    assert "没有" in nothing["answer"]
    assert nothing["annotations"] == []
    plain = search(QUESTION, answer=False)
    assert (plain["answer"], plain["annotations"]) == (None, [])


def test_a_template_words_the_answer_and_keeps_the_sources_fenced(
    library_server: ServerProcess,
) -> None:
    url = f"{library_server.url}/api/templates"
    text = "回答要短。\n{sources}\n问：{question}\n没有就说：{nothing}"
    body = {"slug": "short", "name": "短", "kind": "knowledge", "language": "zh", "text": text}
    assert httpx.post(url, json={**body, "is_default": True}).status_code == 201
    try:
        for fields in ({"prompt_template": "short"}, {}):
            content = ask(library_server, QUESTION, **fields).json()["choices"][0]["message"][
                "content"
            ]
            assert content.startswith("回答要短。\n资料是从文档里摘录的文字")
            begin = content.index("=== 资料开始")
            assert content.index("一概不理会") < begin < content.index("\n> ")
            assert content.endswith(f"问：{QUESTION}\n没有就说：文档中没有找到相关内容。")
        own = ask(library_server, QUESTION, prompt_template=None).json()
        assert own["choices"][0]["message"]["content"].startswith("根据资料回答")
        searched = {"query": QUESTION, "answer": True}
        found = httpx.post(f"{library_server.url}/api/search", json=searched, timeout=60).json()
        assert found["answer"].startswith("回答要短。")
        chat = {"slug": "plain", "name": "p", "kind": "chat", "language": "zh", "text": "x"}
        httpx.post(url, json=chat)
        wrong = ask(library_server, QUESTION, prompt_template="plain").json()["error"]
        assert wrong["code"] == "template_wrong_kind"
    finally:
        httpx.delete(f"{url}/short")
        httpx.delete(f"{url}/plain")


@pytest.mark.parametrize("fields", [{"n": 2}, {"tools": [WEATHER]}])
def test_it_answers_once_and_in_words(
    library_server: ServerProcess, fields: dict[str, Any]
) -> None:
    refused = ask(library_server, QUESTION, **fields)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "fields_conflict")
