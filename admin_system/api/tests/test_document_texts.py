"""The whole text of a document over HTTP: read, written anew, refused."""

from __future__ import annotations

import pytest

from admin_system.api.protocol.library_answers import DocumentAnswer, DocumentText
from admin_system.api.tests.library import LibraryClient
from admin_system.api.tests.test_library import fresh_topic
from admin_system.knowledge_base.tests import files

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

TEXT = "# 清洗\n\n清洗前通知**设备部**。\n"


def test_an_edited_text_is_found_by_its_new_words_only(library: LibraryClient) -> None:
    topic = fresh_topic(library)["name"]
    document = library.add_text(TEXT, topic, "手册")
    path = f"/api/documents/{document['id']}"
    seen = library.ask("GET", document["text_url"])
    DocumentText.model_validate(seen)
    assert seen == {"text": TEXT, "version": 1}
    body = {"title": "新手册", "text": TEXT.replace("设备部", "安全员"), "version": 1}
    changed = library.ask("PATCH", path, json=body)
    DocumentAnswer.model_validate(changed)
    assert (changed["id"], changed["title"], changed["version"]) == (document["id"], "新手册", 2)
    library.wait(document["id"])
    for mode in ("keyword", "vector"):
        (hit,) = library.search("通知安全员", topic=topic, mode=mode)
        assert "安全员" in hit["content"]
    assert library.search("设备部", topic=topic, mode="keyword", min_score=0.5) == []
    assert library.ask("GET", document["text_url"])["text"] == body["text"]

    late = library.refusal("PATCH", path, 409, json={**body, "title": "别人的", "text": "别人的。"})
    assert late["code"] == "document_changed_meanwhile"
    for text, code in ((" ", "document_empty"), ("", "field_empty")):
        assert library.refusal("PATCH", path, 400, json={"text": text})["code"] == code
    kept = library.ask("GET", path)
    assert (kept["title"], kept["version"], kept["state"]) == ("新手册", 2, "ready")


def test_a_text_file_is_edited_and_other_files_are_refused(library: LibraryClient) -> None:
    topic = fresh_topic(library)["name"]
    mill, report = library.upload(
        ("水车.txt", files.CHINESE.encode("gb18030")), ("report.docx", files.docx()), topic=topic
    )["documents"]
    library.wait(report["id"], "waiting")
    mill = library.wait(mill["id"])
    assert library.ask("GET", mill["text_url"])["text"] == files.CHINESE
    path, text = f"/api/documents/{mill['id']}", "青石镇的水车每年春天上油。"
    assert library.ask("PATCH", path, json={"text": text})["version"] == 2
    library.wait(mill["id"])
    assert library.search("水车何时上油", topic=topic)[0]["content"] == text

    path = f"/api/documents/{report['id']}"
    assert library.ask("GET", path)["text_url"] is None
    for language, word in (("en", "Markdown and CSV files can be"), ("zh", "这里只能修改")):
        options = {"headers": {"Accept-Language": language}}
        changes = {"title": "x", "text": "x"}
        for refused in (
            library.refusal("GET", f"{path}/text", 409, **options),
            library.refusal("PATCH", path, 409, json=changes, **options),
        ):
            assert refused["code"] == "document_not_text"
            assert word in refused["message"]
    assert library.ask("GET", path)["title"] == "report.docx"
