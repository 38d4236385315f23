"""Prompt templates over the wire: kept with their versions, and honoured in every kind of request.

The echo model repeats the question that it is asked, and so tells how it was worded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from admin_system.api.protocol.templates import TemplateAnswer, TemplatePage, VersionPage
from admin_system.api.tests.pictures import RED_CIRCLE, draw_circle, to_base64
from admin_system.api.tests.server import ServerProcess
from admin_system.api.tests.test_conversations import ask, begin, read
from admin_system.api.tests.test_demo_model import overlap
from admin_system.core.wording import today

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

HELLO = [{"role": "user", "content": "hello"}]
ENGLISH = {"Accept-Language": "en"}


@contextmanager
def kept(
    server: ServerProcess, slug: str, kind: str, text: str, **fields: Any
) -> Iterator[dict[str, Any]]:
    body = {"slug": slug, "name": slug, "kind": kind, "language": "en", "text": text, **fields}
    made = httpx.post(f"{server.url}/api/templates", json=body)
    assert made.status_code == 201, made.text
    TemplateAnswer.model_validate_json(made.content)
    try:
        yield made.json()
    finally:
        httpx.delete(f"{server.url}/api/templates/{slug}")


def chat(server: ServerProcess, **fields: Any) -> httpx.Response:
    body = {"messages": HELLO, **fields}
    return httpx.post(f"{server.url}/api/v1/chat/completions", json=body, headers=ENGLISH)


def said(answer: httpx.Response) -> str:
    return str(answer.json()["choices"][0]["message"]["content"])


def analyze(server: ServerProcess, **fields: Any) -> httpx.Response:
    body = {"image_base64": to_base64(draw_circle()), **fields}
    return httpx.post(f"{server.url}/api/analyze", json=body, headers=ENGLISH)


def code_of(answer: httpx.Response) -> tuple[int, str, str | None]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["param"]


def test_a_template_is_made_changed_restored_and_removed(uvicorn_server: ServerProcess) -> None:
    url = f"{uvicorn_server.url}/api/templates"
    with kept(uvicorn_server, "brief", "chat", "Briefly: {question}") as made:
        assert (made["version"], made["variables"]) == (1, ["question"])
        changed = httpx.patch(f"{url}/brief", json={"text": "Again: {question}", "name": "Again"})
        assert (changed.json()["version"], changed.json()["name"]) == (2, "Again")
        assert httpx.patch(f"{url}/brief", json={"name": "Brief"}).json()["version"] == 2
        restored = httpx.post(f"{url}/brief/restore", json={"version": 1}).json()
        assert (restored["version"], restored["text"]) == (3, "Briefly: {question}")
        versions = httpx.get(f"{url}/brief/versions", params={"limit": 2})
        VersionPage.model_validate_json(versions.content)
        assert [one["number"] for one in versions.json()["data"]] == [3, 2]
        cursor = versions.json()["next_cursor"]
        rest = httpx.get(f"{url}/brief/versions", params={"cursor": cursor}).json()
        assert [one["text"] for one in rest["data"]] == ["Briefly: {question}"]
        page = httpx.get(url, params={"kind": "chat"})
        TemplatePage.model_validate_json(page.content)
        assert "brief" in [row["slug"] for row in page.json()["data"]]
        assert httpx.get(url, params={"kind": "detection"}).json()["data"] == []
        again = {"slug": "brief", "name": "b", "kind": "chat", "language": "zh", "text": "x"}
        assert code_of(httpx.post(url, json=again)) == (409, "template_name_taken", "slug")
        missing = httpx.post(f"{url}/brief/restore", json={"version": 9})
        assert code_of(missing) == (404, "template_not_found", "version")
    assert code_of(httpx.get(f"{url}/brief")) == (404, "template_not_found", "slug")


def test_a_text_that_cannot_be_filled_in_is_refused(uvicorn_server: ServerProcess) -> None:
    url = f"{uvicorn_server.url}/api/templates"
    body = {"slug": "bad", "name": "bad", "kind": "chat", "language": "en", "text": "{qestion}"}
    refused = httpx.post(url, json=body, headers=ENGLISH)
    assert code_of(refused) == (400, "template_unknown_variable", "text")
    assert refused.json()["error"]["message"] == (
        "There is no variable {qestion} here. There are: {question} {date}"
    )
    chinese = httpx.post(f"{url}/check", json={"kind": "chat", "text": "{question"})
    assert chinese.json()["fault"]["message"].startswith("文本里的花括号没有成对")
    slug = httpx.post(url, json={**body, "slug": "Not so", "text": "x"})
    assert code_of(slug) == (400, "template_slug_wrong", "slug")
    sound = httpx.post(f"{url}/check", json={"kind": "detection", "text": "{labels} {labels}"})
    assert sound.json() == {"variables": ["labels"], "fault": None}
    with kept(uvicorn_server, "good", "chat", "x"):
        assert httpx.patch(f"{url}/good", json={"text": "{"}).status_code == 400
        assert httpx.get(f"{url}/good").json()["text"] == "x"


def test_a_chat_is_worded_by_the_template_that_it_names(uvicorn_server: ServerProcess) -> None:
    with kept(uvicorn_server, "brief", "chat", "On {date}, briefly: {question}"):
        answer = chat(uvicorn_server, prompt_template="brief")
        assert said(answer) == f"On {today()}, briefly: hello"
        with connect(f"{uvicorn_server.socket_url}/ws/chat") as socket:
            frames = ask(socket, messages=HELLO, prompt_template="brief")
            assert frames[-1]["content"].endswith("briefly: hello")
            short = ask(socket, message="hi", prompt_template="brief")
            assert short[-1]["content"].endswith("briefly: hi")
            conversation = begin(uvicorn_server)
            turn = ask(socket, conversation=conversation, message="hey", prompt_template="brief")
            assert turn[-1]["content"].endswith("briefly: hey")
        question, kept_answer = read(uvicorn_server, conversation)["messages"]
        assert question["content"] == "hey"
        assert kept_answer["content"].endswith("briefly: hey")
    with kept(uvicorn_server, "system", "chat", "one two three"):
        plain, told = chat(uvicorn_server), chat(uvicorn_server, prompt_template="system")
        assert said(told) == "hello"
        before, after = (one.json()["usage"]["prompt_tokens"] for one in (plain, told))
        assert after == before + 3


def test_a_template_that_is_not_there_or_of_another_kind_is_told(
    uvicorn_server: ServerProcess,
) -> None:
    unknown = chat(uvicorn_server, prompt_template="nowhere")
    assert code_of(unknown) == (404, "template_not_found", "prompt_template")
    with kept(uvicorn_server, "find", "detection", "find {labels}"):
        wrong = chat(uvicorn_server, prompt_template="find")
        assert code_of(wrong) == (400, "template_wrong_kind", "prompt_template")
        with connect(f"{uvicorn_server.socket_url}/ws/chat") as socket:
            frame = ask(socket, message="hi", prompt_template="find")[-1]
        assert frame["error"]["code"] == "template_wrong_kind"
    number = chat(uvicorn_server, prompt_template=5)
    assert code_of(number) == (400, "field_not_a_template", "prompt_template")


def test_a_default_is_used_until_it_is_none(uvicorn_server: ServerProcess) -> None:
    url = f"{uvicorn_server.url}/api/templates"
    with (
        kept(uvicorn_server, "usual", "chat", "Usually {question}", is_default=True),
        kept(uvicorn_server, "other", "chat", "Otherwise {question}"),
    ):
        assert said(chat(uvicorn_server)) == "Usually hello"
        assert said(chat(uvicorn_server, prompt_template=None)) == "hello"
        chinese = httpx.post(f"{uvicorn_server.url}/v1/chat/completions", json={"messages": HELLO})
        assert said(chinese) == "hello"  # the default of another language
        httpx.patch(f"{url}/other", json={"is_default": True})
        assert said(chat(uvicorn_server)) == "Otherwise hello"
        assert not httpx.get(f"{url}/usual").json()["is_default"]
        httpx.patch(f"{url}/other", json={"is_default": False})
        assert said(chat(uvicorn_server)) == "hello"
        nobody = [{"role": "assistant", "content": "hello"}]
        assert chat(uvicorn_server, messages=nobody).status_code == 200


def test_an_analysis_is_worded_by_its_template(uvicorn_server: ServerProcess) -> None:
    with (
        kept(uvicorn_server, "defects", "analysis", "List the defects."),
        kept(uvicorn_server, "helmets", "detection", "find the {labels}"),
    ):
        answer = analyze(uvicorn_server, template="defects").json()
        assert answer["result"].endswith("List the defects.")
        assert code_of(analyze(uvicorn_server)) == (400, "field_missing", "query")
        named = analyze(uvicorn_server, template="helmets", detect=["helmet"]).json()
        assert [box["label"] for box in named["boxes"]] == ["helmet"]
        implied = analyze(uvicorn_server, template="helmets", query="cap").json()
        assert [box["label"] for box in implied["boxes"]] == ["cap"]
        form = httpx.post(
            f"{uvicorn_server.url}/api/analyze",
            data={"template": "helmets", "detect": "glove"},
            files={"image": draw_circle()},
        )
        assert [box["label"] for box in form.json()["boxes"]] == ["glove"]
        with connect(f"{uvicorn_server.socket_url}/ws/analyze") as socket:
            picture = to_base64(draw_circle())
            frame = {"id": "a", "image_base64": picture, "template": "defects", "query": "How many"}
            socket.send(json.dumps(frame))
            while (got := json.loads(socket.recv(timeout=20)))["type"] not in ("done", "error"):
                pass
        assert got["content"].endswith("List the defects.\nHow many")


def test_drafts_and_changes_are_for_those_who_look_after_templates(
    locked_server: ServerProcess,
) -> None:
    url = f"{locked_server.url}/api"
    plain = {"Authorization": f"Bearer {locked_server.keys['chat']}"}
    draft = {"messages": HELLO, "prompt_template": {"text": "Now {question}"}}
    refused = httpx.post(f"{url}/chat/completions", json=draft, headers=plain)
    assert code_of(refused) == (403, "scope_missing", None)
    new = {"slug": "x", "name": "x", "kind": "chat", "language": "en", "text": "x"}
    assert httpx.get(f"{url}/templates", headers=plain).status_code == 200
    assert httpx.post(f"{url}/templates", json=new, headers=plain).status_code == 403
    assert httpx.get(f"{url}/templates/x/versions", headers=plain).status_code == 403
    keeper = locked_server.authorization
    worded = httpx.post(f"{url}/chat/completions", json=draft, headers=keeper)
    assert said(worded) == "Now hello"
    broken = {"messages": HELLO, "prompt_template": {"text": "{"}}
    answer = httpx.post(f"{url}/chat/completions", json=broken, headers=keeper)
    assert code_of(answer) == (400, "template_braces", "prompt_template.text")


def test_the_miniature_finds_what_a_template_asks_for(demo_server: ServerProcess) -> None:
    demo_server.wait_for("/readyz")
    with kept(demo_server, "circle", "detection", "框出{labels}", language="zh", is_default=True):
        answer = analyze(demo_server, template="circle", query="红色圆形").json()
        assert overlap(answer["boxes"][0]["box"], RED_CIRCLE) >= 0.5
        body = {"image_base64": to_base64(draw_circle()), "detect": ["红色圆形"]}
        usual = httpx.post(f"{demo_server.url}/api/analyze", json=body, timeout=60).json()
        assert overlap(usual["boxes"][0]["box"], RED_CIRCLE) >= 0.5


def test_changes_are_audited_and_questions_are_not(uvicorn_server: ServerProcess) -> None:
    with kept(uvicorn_server, "watched", "chat", "x"):
        body = {"kind": "chat", "text": "x"}
        httpx.post(f"{uvicorn_server.url}/api/templates/check", json=body)
    told = (
        uvicorn_server.run_command(
            "shell",
            "-v",
            "0",
            "-c",
            "from admin_system.core.models import AuditEntry\n"
            "print(*AuditEntry.objects.values_list('name', flat=True), sep='|')",
        )
        .strip()
        .split("|")
    )
    assert told[:2] == ["DELETE /api/templates/watched", "POST /api/templates"]
    assert not [name for name in told if name.endswith("/templates/check")]
