"""The knowledge base over HTTP: topics, documents, passages, searches, from upload to deletion."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import uuid4

import httpx
import pytest
from PIL import Image

from admin_system.api.protocol.library_answers import (
    DocumentPage,
    PassageAnswer,
    ReceivedAnswer,
    SearchAnswer,
    TopicAnswer,
    TopicPage,
)
from admin_system.api.tests.library import LibraryClient
from admin_system.api.tests.pictures import draw_circle, to_base64
from admin_system.api.tests.server import ServerProcess
from admin_system.knowledge_base.tests import files

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
RED_DOT = to_base64(draw_circle())


def fresh_topic(library: LibraryClient) -> dict[str, Any]:
    """Of this test alone."""
    made: dict[str, Any] = library.ask(
        "POST", "/api/topics", 201, json={"name": f"主题 {uuid4().hex[:8]}"}
    )
    return made


def test_a_topic_is_made_changed_listed_and_deleted(library: LibraryClient) -> None:
    topic = fresh_topic(library)
    TopicAnswer.model_validate(topic)
    path = f"/api/topics/{topic['id']}"
    taken = library.refusal("POST", "/api/topics", 409, json={"name": topic["name"]})
    assert taken["code"] == "topic_name_taken"
    changed = library.ask("PATCH", path, json={"description": "所有机器"})
    assert changed == {**topic, "description": "所有机器"}
    page = library.ask("GET", "/api/topics?limit=1")
    TopicPage.model_validate(page)
    names = [page["data"][0]["name"]]
    while page["next_cursor"]:
        page = library.ask("GET", "/api/topics", params={"cursor": page["next_cursor"], "limit": 1})
        names += [one["name"] for one in page["data"]]
    assert names == sorted(names)
    assert {topic["name"], "手册", "Orders"} <= set(names)
    document = library.add_text("主题里的一句话。", topic["name"])
    assert library.ask("GET", path)["documents"] == 1
    library.ask("DELETE", path, 204)
    assert library.refusal("GET", path, 404)["code"] == "topic_number_not_found"
    library.refusal("GET", f"/api/documents/{document['id']}", 404)
    library.refusal("POST", "/api/search", 404, json={"query": "一句话", "topic": topic["name"]})


def test_a_document_is_accepted_at_once_and_found_when_it_is_ready(library: LibraryClient) -> None:
    topic = fresh_topic(library)["name"]
    received = library.upload(("清洗.md", "# 清洗\n\n清洗前通知设备部。".encode()), topic=topic)
    ReceivedAnswer.model_validate(received)
    (document,) = received["documents"]
    assert (document["title"], document["topic"]) == ("清洗.md", topic)
    ready = library.wait(document["id"])
    assert (ready["passages"], ready["progress"], ready["error"]) == (1, 1.0, None)
    answer = library.ask(
        "POST", "/api/search", json={"query": "清洗前通知谁", "topic": topic, "top_k": 1}
    )
    SearchAnswer.model_validate(answer)
    assert answer["query"] == "清洗前通知谁"
    assert answer["answer"] is None
    (hit,) = answer["results"]
    assert "清洗前通知设备部。" in hit["content"]
    assert hit["score"] == max(hit["scores"].values())
    assert (hit["document"], hit["title"], hit["topic"]) == (document["id"], "清洗.md", topic)
    passage = library.ask("GET", hit["url"])
    PassageAnswer.model_validate(passage)
    for name in ("id", "content", "document", "title", "topic", "page", "headings"):
        assert passage[name] == hit[name]
    again = library.upload(("清洗.md", "# 清洗\n\n清洗前通知设备部。".encode()), topic=topic)
    assert [one["id"] for one in again["documents"]] == [document["id"]]
    assert again["documents"][0]["state"] == "ready"


def test_no_search_after_a_deletion_finds_the_document(library: LibraryClient) -> None:
    topic = fresh_topic(library)["name"]
    document = library.add_text("废止的规定。", topic)
    (hit,) = library.search("废止的规定", topic=topic)
    library.ask("DELETE", f"/api/documents/{document['id']}", 204)
    for mode in ("hybrid", "vector", "keyword"):
        assert library.search("废止的规定", topic=topic, mode=mode) == []
    assert library.refusal("GET", hit["url"], 404)["code"] == "passage_not_found"
    library.refusal("DELETE", f"/api/documents/{document['id']}", 404)
    assert library.ask("GET", "/api/documents", params={"topic": topic})["data"] == []


def test_real_files_of_several_kinds_and_an_archive_come_in_together(
    library: LibraryClient,
) -> None:
    topic = fresh_topic(library)["name"]
    archive = files.zipped({"资料/水车.txt": files.CHINESE.encode("gb18030"), "空.txt": b""})
    received = library.upload(
        ("report.docx", files.docx()), ("all.zip", archive), ("void.txt", b""), topic=topic
    )
    assert [(one["name"], one["code"]) for one in received["left_out"]] == [
        ("空.txt", "document_empty"),
        ("void.txt", "document_empty"),
    ]
    assert [one["name"] for one in received["documents"]] == ["report.docx", "资料/水车.txt"]
    report, mill = received["documents"]
    library.wait(report["id"], "waiting")  # its picture, for a model that can see
    library.wait(mill["id"])
    hits = library.search("水车由谁设计", topic=topic)
    assert "周大山" in hits[0]["content"]
    assert {hit["title"] for hit in hits} == {"report.docx", "水车.txt"}


def test_questions_with_answers_have_a_kind_of_their_own(library: LibraryClient) -> None:
    topic = fresh_topic(library)["name"]
    table = "问题,答案\n运费多少？,满一百元免运费。\n".encode()
    (document,) = library.upload(("问答.csv", table), topic=topic, kind="questions")["documents"]
    assert document["kind"] == "questions"
    library.wait(document["id"])
    (hit, *_) = library.search("运费多少", topic=topic)
    assert library.ask("GET", hit["url"])["is_question"] is True


def test_a_file_that_cannot_be_read_says_why_in_both_languages(library: LibraryClient) -> None:
    topic = fresh_topic(library)["name"]
    (document,) = library.upload(("broken.pdf", b"%PDF-1.7 and then nothing"), topic=topic)[
        "documents"
    ]
    failed = library.wait(document["id"], "failed")
    assert "damaged" in failed["error"]["message"]
    chinese = library.ask(
        "GET", f"/api/documents/{document['id']}", headers={"Accept-Language": "zh"}
    )
    assert "损坏" in chinese["error"]["message"]
    listed = library.ask("GET", "/api/documents", params={"topic": topic, "state": "failed"})
    assert [one["id"] for one in listed["data"]] == [document["id"]]
    retried = library.ask("POST", f"/api/documents/{document['id']}/retry", 202)
    assert retried["id"] == document["id"]
    library.wait(document["id"], "failed")


def test_deeds_are_refused_where_the_state_does_not_allow_them(library: LibraryClient) -> None:
    topic = fresh_topic(library)["name"]
    document = library.add_text("一句话。", topic)
    for deed in ("retry", "pause", "resume", "cancel"):
        error = library.refusal("POST", f"/api/documents/{document['id']}/{deed}", 409)
        assert error["code"] == "document_deed_impossible"
        assert '"ready"' in error["message"]


def test_a_document_gets_another_title_and_topic(library: LibraryClient) -> None:
    topic, target = fresh_topic(library)["name"], fresh_topic(library)["name"]
    document = library.add_text("每年五月换油。", topic)
    path = f"/api/documents/{document['id']}"
    changed = library.ask("PATCH", path, json={"title": "换油", "topic": target})
    assert (changed["title"], changed["topic"]) == ("换油", target)
    assert library.search("何时换油", topic=topic) == []
    (hit,) = library.search("何时换油", topic=target)
    assert hit["title"] == "换油"
    assert library.refusal("PATCH", path, 404, json={"topic": "无此主题"})["param"] == "topic"


def test_an_edited_passage_is_found_by_its_new_text_at_once(library: LibraryClient) -> None:
    topic = fresh_topic(library)["name"]
    library.add_text("每年五月换油。", topic)
    (hit,) = library.search("何时换油", topic=topic)
    changed = library.ask("PATCH", hit["url"], json={"text": "每年六月更换滤芯。"})
    PassageAnswer.model_validate(changed)
    assert (changed["content"], changed["edited"]) == ("每年六月更换滤芯。", True)
    for mode in ("vector", "keyword"):
        (again,) = library.search("何时更换滤芯", topic=topic, mode=mode)
        assert (again["id"], again["content"]) == (hit["id"], "每年六月更换滤芯。")
    assert library.search("换油", topic=topic, mode="keyword", min_score=0.5) == []
    assert library.ask("PATCH", hit["url"], json={}) == changed
    refused = library.refusal("PATCH", hit["url"], 409, json={"text": "x" * 5000})
    assert refused["code"] == "passage_wrong_length"


def test_the_file_comes_back_as_it_was_and_as_a_download(library: LibraryClient) -> None:
    page = b"<html><script>alert(1)</script>The pump is cleaned weekly.</html>"
    topic = fresh_topic(library)["name"]
    (document,) = library.upload(("泵.html", page), topic=topic)["documents"]
    answer = library.http.get(document["file_url"])
    assert answer.content == page
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-length"] == str(len(page))
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "filename*=utf-8''%E6%B3%B5.html" in answer.headers["content-disposition"]
    large = bytes(range(256)) * 4 * 5_000  # five blocks
    (document,) = library.upload(("large.bin", large), topic=topic)["documents"]
    assert library.http.get(document["file_url"]).content == large


def test_a_list_is_paged_from_the_newest(library: LibraryClient) -> None:
    topic = fresh_topic(library)["name"]
    made = [
        library.upload((f"{number}.txt", f"text {number}".encode()), topic=topic)["documents"][0][
            "id"
        ]
        for number in range(5)
    ]
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        params = {"topic": topic, "limit": 2, "cursor": cursor}
        page = library.ask("GET", "/api/documents", params=params)
        DocumentPage.model_validate(page)
        seen += [one["id"] for one in page["data"]]
        cursor = page["next_cursor"]
    assert seen == made[::-1]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "param"),
    [
        ("GET", "/api/documents?state=done", None, 400, "field_not_one_of", "state"),
        ("GET", "/api/documents?cursor=x", None, 400, "cursor_unknown", "cursor"),
        ("GET", "/api/documents?limit=0", None, 400, "field_under_minimum", "limit"),
        ("GET", "/api/documents?topic=nothing", None, 404, "topic_not_found", "topic"),
        ("GET", "/api/documents/x", None, 404, "document_not_found", None),
        ("GET", f"/api/documents/{9**40}", None, 404, "document_not_found", None),
        ("GET", "/api/documents/٣", None, 404, "document_not_found", None),
        ("GET", "/api/passages/0", None, 404, "passage_not_found", None),
        ("GET", "/api/passages/0/pictures/0", None, 404, "passage_not_found", None),
        ("GET", "/api/topics/-1", None, 404, "topic_number_not_found", None),
        ("POST", "/api/topics", {"name": " "}, 400, "name_wrong_length", None),
        ("POST", "/api/topics", {"name": "x" * 101}, 400, "field_too_long", "name"),
        ("POST", "/api/documents", {"topic": "手册"}, 400, "field_missing", "title"),
        (
            "POST",
            "/api/documents",
            {"topic": "手册", "title": "t", "text": " "},
            400,
            "document_empty",
            None,
        ),
        ("POST", "/api/search", {}, 400, "field_empty", "query"),
        ("POST", "/api/search", {"query": "x", "top_k": 0}, 400, "field_under_minimum", "top_k"),
        ("POST", "/api/search", {"query": "x", "mode": "y"}, 400, "field_not_one_of", "mode"),
        ("POST", "/api/search", {"query": "x", "min_score": 2}, 400, None, "min_score"),
        ("POST", "/api/search", {"query": " "}, 400, "field_empty", "query"),
        ("POST", "/api/search", {"image_base64": "?"}, 400, "picture_bad_base64", "image_base64"),
        ("POST", "/api/search", {"image_base64": RED_DOT}, 400, "embedder_sees_nothing", None),
        ("POST", "/api/search", {"query": "x", "topic": "y"}, 404, "topic_not_found", "topic"),
        ("POST", "/api/v1/embeddings", {"input": []}, 400, "field_too_few", "input"),
        ("POST", "/api/v1/embeddings", {"input": ""}, 400, "field_empty", "input"),
        ("POST", "/api/v1/embeddings", {"input": [1, 2]}, 400, "field_is_tokens", "input"),
        ("POST", "/api/v1/embeddings", {"input": [[1]]}, 400, "field_is_tokens", "input"),
        ("POST", "/api/v1/embeddings", {"input": 5}, 400, "field_not_a_string", "input"),
        (
            "POST",
            "/api/v1/embeddings",
            {"input": "x", "model": "ada"},
            404,
            "embedding_model_not_found",
            "model",
        ),
        ("PUT", "/api/documents", None, 405, "method_not_allowed", None),
    ],
)
def test_faults_are_named(
    library: LibraryClient,
    method: str,
    path: str,
    body: dict[str, Any] | None,
    status: int,
    code: str | None,
    param: str | None,
) -> None:
    error = library.refusal(method, path, status, json=body)
    assert code in (None, error["code"])
    assert param in (None, error["param"])
    assert error["message"] != "Something went wrong in the service."


@pytest.mark.parametrize(
    ("parts", "code", "param"),
    [
        ([("topic", (None, "手册"))], "file_missing", "file"),
        ([("file", ("a.txt", b"a"))], "field_missing", "topic"),
        ([("image", ("a.txt", b"a")), ("topic", (None, "手册"))], "field_unknown_nearest", "image"),
        (
            [("file", ("a.txt", b"a")), ("topic", (None, "手册")), ("kind", (None, "x"))],
            "field_not_one_of",
            "kind",
        ),
        (
            [
                ("file", ("a.txt", b"a")),
                ("file", ("b.txt", b"b")),
                ("topic", (None, "手册")),
                ("title", (None, "T")),
            ],
            "title_for_several",
            "title",
        ),
        ([("file", ("a.txt", b"")), ("topic", (None, "手册"))], "document_empty", "file"),
        (
            [("file", ("a.zip", b"PK\x03\x04")), ("topic", (None, "手册"))],
            "document_truncated",
            "file",
        ),
        (
            [*(("file", ("a.txt", b"a")) for _ in range(101)), ("topic", (None, "手册"))],
            "files_too_many",
            "file",
        ),
    ],
)
def test_a_form_at_fault_is_told_where(
    library: LibraryClient, parts: list[tuple[str, Any]], code: str, param: str
) -> None:
    error = library.refusal("POST", "/api/documents", 400, files=parts)
    assert (error["code"], error["param"]) == (code, param)


def test_a_file_over_the_limit_is_turned_away(library: LibraryClient) -> None:
    try:
        answer = library.http.post(
            "/api/documents",
            files={"file": ("large.txt", bytes(33 * 2**20))},
            data={"topic": "手册"},
        )
    except httpx.TransportError:
        return  # the connection may end before all was sent
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "body_too_large"


def test_every_server_takes_files_and_finds_them(server: ServerProcess) -> None:
    client = LibraryClient(server)
    with client.http:
        (document,) = client.upload(("both.txt", "两种服务器都读取文件。".encode()))["documents"]
        client.wait(document["id"])
        found = client.http.post("/api/search/", json={"query": "两种服务器都读取文件"}).json()
        assert found["results"][0]["document"] == document["id"]
        assert client.http.get(document["file_url"] + "/").text == "两种服务器都读取文件。"


def test_a_picture_of_a_passage_is_shown_to_its_readers(library: LibraryClient) -> None:
    topic = fresh_topic(library)["name"]
    (document,) = library.upload(("report.docx", files.docx()), topic=topic)["documents"]
    waiting = library.wait(document["id"], "waiting")
    assert waiting["error"]["code"] == "document_waits_for_vision"
    hits = library.search("水车 台灯 书架", topic=topic, top_k=10)
    # Without words, no question of this server finds it: it is the passage after the text's.
    url = f"/api/passages/{max(hit['id'] for hit in hits) + 1}"
    passage = library.ask("GET", url)
    PassageAnswer.model_validate(passage)
    assert passage["document"] == document["id"]
    (picture,) = passage["pictures"]
    shown = library.http.get(picture["url"])
    with Image.open(BytesIO(shown.content)) as image:
        assert image.size == (picture["width"], picture["height"])
        assert shown.headers["content-type"] == f"image/{str(image.format).lower()}"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in shown.headers["content-security-policy"]
    missing = library.refusal("GET", f"{url}/pictures/0", 404)
    assert missing["code"] == "passage_picture_not_found"
