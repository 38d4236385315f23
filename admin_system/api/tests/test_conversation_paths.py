"""What the chat page needs of conversations: paths, exports, pictures again, long lists."""

from __future__ import annotations

import httpx
import pytest
from websockets.sync.client import connect

from admin_system.api.protocol.conversations import (
    ConversationFile,
    ConversationPage,
    WholeConversationAnswer,
)
from admin_system.api.tests.library import LibraryClient
from admin_system.api.tests.pictures import draw_circle, to_base64
from admin_system.api.tests.server import ServerProcess
from admin_system.api.tests.test_conversations import ask, begin, read

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def test_a_path_is_shown_through_any_of_its_messages(uvicorn_server: ServerProcess) -> None:
    conversation = begin(uvicorn_server)
    address = f"{uvicorn_server.url}/api/conversations/{conversation}"
    with connect(f"{uvicorn_server.socket_url}/ws/chat/") as socket:
        first = ask(socket, conversation=conversation, message="one")
        follow = ask(socket, conversation=conversation, message="two")
        edited = ask(socket, conversation=conversation, message="three", parent=None)
    changed = httpx.patch(address, json={"head": first[0]["question"]})
    WholeConversationAnswer.model_validate_json(changed.content)
    assert [one["content"] for one in changed.json()["messages"]] == ["one", "one", "two", "two"]
    assert changed.json()["head"] == follow[0]["answer"]
    assert changed.json()["messages"][0]["siblings"] == [
        first[0]["question"],
        edited[0]["question"],
    ]
    unknown = httpx.patch(address, json={"head": "msg_none"})
    assert (unknown.status_code, unknown.json()["error"]["param"]) == (404, "head")


def test_a_kept_picture_is_sent_again_by_its_address(uvicorn_server: ServerProcess) -> None:
    conversation = begin(uvicorn_server)
    headers = uvicorn_server.authorization
    with connect(f"{uvicorn_server.socket_url}/ws/chat/") as socket:
        picture = to_base64(draw_circle())
        ask(socket, conversation=conversation, message="one", images=[picture])
        kept = read(uvicorn_server, conversation)["messages"][0]["pictures"][0]
        again = ask(
            socket, conversation=conversation, message="two", images=[kept["url"]], parent=None
        )
        assert again[-1]["content"] == "[300x240] two"
    mine = {"type": "image_url", "image_url": {"url": kept["url"]}}
    body = {"messages": [{"role": "user", "content": [mine]}]}
    completion = f"{uvicorn_server.url}/api/v1/chat/completions"
    assert httpx.post(completion, json=body).status_code == 200
    refused = httpx.post(completion, json=body, headers=headers)
    assert refused.json()["error"]["code"] == "picture_address_unknown"


def test_another_answer_is_made_as_the_question_was_asked(library: LibraryClient) -> None:
    topic = "Pumps"
    library.add_text("The pump of hall three is blue and was built in 1987.", topic)
    conversation = begin(library.server)
    with connect(f"{library.server.socket_url}/ws/chat/") as socket:
        first = ask(
            socket,
            conversation=conversation,
            message="When was the pump of hall three built?",
            knowledge_base={"topic": topic},
        )
        again = ask(socket, conversation=conversation, answer_to=first[0]["question"])
        plain = ask(
            socket, conversation=conversation, answer_to=first[0]["question"], knowledge_base=None
        )
    assert first[-1]["annotations"]
    assert again[-1]["annotations"] == first[-1]["annotations"]
    assert "annotations" not in plain[-1]
    question, answer = read(library.server, conversation)["messages"]
    assert question["asked"]["knowledge_base"]["topic"] == topic
    assert len(answer["siblings"]) == 3


def test_an_export_is_a_file_that_names_itself(uvicorn_server: ServerProcess) -> None:
    conversation = begin(uvicorn_server)
    address = f"{uvicorn_server.url}/api/conversations/{conversation}"
    with connect(f"{uvicorn_server.socket_url}/ws/chat/") as socket:
        picture = to_base64(draw_circle())
        first = ask(socket, conversation=conversation, message="泵房?", images=[picture])
        ask(socket, conversation=conversation, answer_to=first[0]["question"])
    markdown = httpx.get(f"{address}/export", headers={"Accept-Language": "en"})
    assert markdown.headers["content-type"] == "text/markdown; charset=utf-8"
    assert "filename*=utf-8''%E6%B3%B5%E6%88%BF.md" in markdown.headers["content-disposition"]
    assert markdown.text.startswith("# 泵房?\n\n## Question · ")
    assert "![300 x 240](/media/analyses/" in markdown.text
    whole = httpx.get(f"{address}/export", params={"format": "json"})
    ConversationFile.model_validate_json(whole.content)
    assert [one["role"] for one in whole.json()["messages"]] == ["user", "assistant", "assistant"]
    assert httpx.get(f"{address}/export", params={"format": "pdf"}).status_code == 400


def test_a_long_list_comes_in_pages_and_is_searched(uvicorn_server: ServerProcess) -> None:
    url, headers = f"{uvicorn_server.url}/api/conversations", uvicorn_server.authorization
    with httpx.Client(headers=headers) as client:
        for number in range(70):
            made = client.post(url, json={"title": f"Gauge {number:03}"})
        titles: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page = client.get(url, params={"search": "gauge", "limit": "30", "cursor": cursor})
            ConversationPage.model_validate_json(page.content)
            titles += [one["title"] for one in page.json()["data"]]
            cursor = page.json()["next_cursor"]
            assert len(titles) in (30, 60, 70)
        assert titles == [f"Gauge {number:03}" for number in reversed(range(70))]
        renamed = client.patch(f"{url}/{made.json()['id']}", json={"title": "Valve"})
        assert renamed.json()["updated_at"] == made.json()["updated_at"]
        assert client.get(url, params={"limit": 0}).status_code == 400
        assert client.get(url, params={"cursor": "x"}).json()["error"]["code"] == "cursor_unknown"
