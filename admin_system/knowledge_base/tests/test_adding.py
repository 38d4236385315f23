"""Files, archives, pasted texts and question tables come in, each under its name."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from admin_system.knowledge_base import storage
from admin_system.knowledge_base.errors import (
    BadName,
    DocumentError,
    DocumentTooLarge,
    EmptyDocument,
    LockedDocument,
    UnknownFormat,
)
from admin_system.knowledge_base.models import Document, Topic
from admin_system.knowledge_base.readers.limits import DEFAULT_LIMITS
from admin_system.knowledge_base.services.adding import NewDocument, add_document, add_text
from admin_system.knowledge_base.services.uploading import add_upload
from admin_system.knowledge_base.tests import files, pdfs
from admin_system.knowledge_base.tests.conftest import Work
from admin_system.knowledge_base.tests.searches import found, hits
from admin_system.messages import sentence


def names(topic: Topic) -> set[str]:
    return set(Document.objects.filter(topic=topic).values_list("name", flat=True))


def incoming_files() -> list[str]:
    return [path.name for path in storage.folder().glob("incoming_*")]


def test_each_file_of_an_archive_is_a_document_with_its_folders(library: Topic, work: Work) -> None:
    packed = files.zipped(
        {
            "资料/水车.txt": files.CHINESE.encode("gb18030"),
            "资料/图/lighthouse.md": files.ENGLISH.encode(),
            "report.docx": files.docx(),
        }
    )
    upload = add_upload(NewDocument(library, "全部.zip"), [packed[:1000], packed[1000:]])
    assert not upload.left_out
    assert names(library) == {"资料/水车.txt", "资料/图/lighthouse.md", "report.docx"}
    work()
    assert "周大山" in found("水车由谁设计")[0]
    (first, *_) = hits("when was the lighthouse built", limit=2)
    assert first.passage.document.title in ("lighthouse.md", "report.docx")
    assert not incoming_files()


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_chinese_names_of_an_archive_are_kept(library: Topic, encoding: str) -> None:
    packed = files.zipped({"水车.txt": b"text", "灯塔.txt": b"more"}, encoding)
    add_upload(NewDocument(library, "a.ZIP"), [packed])
    assert names(library) == {"水车.txt", "灯塔.txt"}


def test_what_is_no_document_in_an_archive_is_named_with_its_reason(library: Topic) -> None:
    members = {
        "good.txt": b"The pump is cleaned weekly.",
        "empty.txt": b"",
        "tool.exe": b"MZ\x90\0\x03" + b"\x01\x02\x03\x04" * 50,
        "wrong.pdf": files.docx(),
        "inner.zip": files.zipped({"a.txt": b"a"}),
        "x" * 301 + ".txt": b"a name without end",
        "__MACOSX/._good.txt": b"left behind by a system",
    }
    locked = with_a_locked_member(members)
    upload = add_upload(NewDocument(library, "mixed.zip"), [locked])
    assert [document.name for document in upload.documents] == ["good.txt"]
    assert {one.name[:9]: one.code for one in upload.left_out} == {
        "empty.txt": "document_empty",
        "tool.exe": "document_unknown_format",
        "wrong.pdf": "document_wrong_extension",
        "inner.zip": "document_archive_inside",
        "xxxxxxxxx": "name_wrong_length",
        "secret.tx": "document_password",
    }
    for one in upload.left_out:
        for language in ("zh", "en"):
            assert "{" not in sentence(one.code, language, **one.values)


def with_a_locked_member(members: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("secret.txt", b"text")
        for name, content in members.items():
            archive.writestr(name, content)
    data = bytearray(out.getvalue())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "kind", "code"),
    [
        (pdfs.table(), UnknownFormat, "document_wrong_extension"),
        (files.zipped({"a.txt": b"text"})[:60], DocumentError, "document_truncated"),
        (files.zipped({"zeros.txt": bytes(30 * 2**20)}), DocumentError, "document_zip_bomb"),
        (with_a_locked_member({}), LockedDocument, "document_password"),
        (b"", EmptyDocument, "document_empty"),
    ],
    ids=["pdf", "cut", "bomb", "locked", "empty"],
)
def test_an_archive_that_cannot_be_opened_adds_nothing(
    library: Topic, data: bytes, kind: type[DocumentError], code: str
) -> None:
    with pytest.raises(kind, match=code):
        add_upload(NewDocument(library, "a.zip"), [data])
    assert not Document.objects.exists()
    assert not incoming_files()


def test_members_of_one_name_stay_apart(library: Topic) -> None:
    add_upload(NewDocument(library, "a.zip"), [files.zipped({"../b.txt": b"one", "b.txt": b"two"})])
    assert names(library) == {"b.txt", "b (2).txt"}


def test_a_pasted_text_is_markdown_whatever_it_looks_like(library: Topic, work: Work) -> None:
    text = "<html>\n\n# 清洗\n\n机器每周清洗。\n\n| 部件 | 周期 |\n| --- | --- |\n| 泵 | 每周 |"
    add_text(NewDocument(library, "清洗说明.txt"), text)
    work()
    document = Document.objects.get()
    assert (document.kind, document.format, document.state) == ("text", "markdown", "ready")
    assert "| 泵 | 每周 |" in document.full_text.text


def test_questions_with_answers_are_found_by_the_question(library: Topic, work: Work) -> None:
    rows = "\n".join(",".join(row) for row in files.QUESTIONS).encode("gb18030")
    table = files.xlsx({"faq": [["Question", "Answer"], ["Who pays?", "The buyer pays."]]})
    for name, data in (("问答.csv", rows), ("faq.xlsx", table)):
        add_document(NewDocument(library, name, kind=Document.Kind.QUESTIONS), [data])
    work()
    best = hits("运费多少")[0].passage
    assert (best.text, best.is_question) == ("运费多少？\n满一百元免运费。", True)
    assert found("who pays")[0] == "Who pays?\nThe buyer pays."


def test_a_table_that_is_no_question_table_says_so(library: Topic, work: Work) -> None:
    table = files.xlsx({"a": files.ROWS})
    document, _ = add_document(NewDocument(library, "a.xlsx", kind="questions"), [table])
    work()
    document.refresh_from_db()
    assert (document.state, document.error_code) == ("failed", "document_not_questions")
    assert document.error_values == {"columns": 3}


def test_a_version_may_have_the_content_of_another_document(library: Topic, work: Work) -> None:
    add_text(NewDocument(library, "a.md"), "甲的内容。")
    document, _ = add_text(NewDocument(library, "b.md"), "乙的内容。")
    again, is_new = add_text(NewDocument(library, "b.md"), "甲的内容。")
    assert (again.pk, again.version, is_new) == (document.pk, 2, True)
    work()
    assert found("内容") == ["甲的内容。"] * 2


def test_the_same_bytes_again_try_a_failed_document_anew(library: Topic, work: Work) -> None:
    document, _ = add_document(NewDocument(library, "a.pdf"), [pdfs.LOCKED])
    work()
    assert Document.objects.get().state == "failed"
    again, is_new = add_document(NewDocument(library, "a.pdf"), [pdfs.LOCKED])
    assert (again.pk, is_new) == (document.pk, True)
    assert Document.objects.get().state == "queued"


def test_nothing_is_kept_of_what_is_too_large_or_empty(library: Topic) -> None:
    block = bytes(2**20)
    with pytest.raises(DocumentTooLarge) as caught:
        add_document(NewDocument(library, "a.txt"), (block for _ in range(300)))
    assert caught.value.values == {"limit": DEFAULT_LIMITS.file_bytes // 2**20}
    with pytest.raises(EmptyDocument):
        add_text(NewDocument(library, "a.md"), " \n ")
    assert not incoming_files()
    assert not Document.objects.exists()


@pytest.mark.parametrize("name", ["", " ", "x" * 301, "a\0b.txt", "a\x7f", "\ud800"])
def test_a_name_that_cannot_be_shown_is_refused(library: Topic, name: str) -> None:
    with pytest.raises(BadName):
        NewDocument(library, name)
