"""A file that cannot be read fails with a reason that a person understands, and disturbs nobody."""

from __future__ import annotations

import pytest

from admin_system.knowledge_base import jobs
from admin_system.knowledge_base.models import Document, Job, Passage, Topic
from admin_system.knowledge_base.services.adding import NewDocument, add_document, add_text
from admin_system.knowledge_base.tests import files, pdfs
from admin_system.knowledge_base.tests.conftest import Work
from admin_system.knowledge_base.tests.searches import found
from admin_system.knowledge_base.tests.test_broken_files import (
    BROKEN_XML,
    ENTITIES,
    bomb,
    cut,
    office_with_password,
)
from admin_system.messages import sentence

BROKEN = {
    "blank.txt": (b" \r\n", "document_empty"),
    "cut.pdf": (cut(pdfs.table()), "document_truncated"),
    "cut.docx": (cut(files.docx()), "document_truncated"),
    "cut.png": (cut(files.picture()), "document_truncated"),
    "broken.docx": (BROKEN_XML, "document_damaged"),
    "locked.pdf": (pdfs.LOCKED, "document_password"),
    "locked.docx": (office_with_password(), "document_password"),
    "bomb.docx": (bomb(), "document_zip_bomb"),
    "wrong.xlsx": (files.docx(), "document_wrong_extension"),
    "wrong.pdf": (files.picture(), "document_wrong_extension"),
    "entities.docx": (
        files.replace_member(files.docx(), "word/document.xml", ENTITIES),
        "document_xml_entities",
    ),
    "entities.xml": (ENTITIES, "document_xml_entities"),
    "program.exe": (b"MZ\x90\0\x03" + b"\x01\x02\x03\x04" * 50, "document_unknown_format"),
}


def test_broken_files_fail_with_their_reasons_beside_good_ones(library: Topic, work: Work) -> None:
    add_text(NewDocument(library, "before"), "泵房的钥匙在门卫那里。")
    for name, (data, _) in BROKEN.items():
        add_document(NewDocument(library, name), [data])
    add_text(NewDocument(library, "after"), "The pump room is locked at night.")
    work()
    rows = {row.name: row for row in Document.objects.all()}
    assert (rows.pop("before").state, rows.pop("after").state) == ("ready", "ready")
    assert {name: (row.state, row.error_code) for name, row in rows.items()} == {
        name: ("failed", code) for name, (_, code) in BROKEN.items()
    }
    for row in rows.values():
        told = {sentence(row.error_code, one, **row.error_values) for one in ("zh", "en")}
        assert len(told) == 2
        assert not any("{" in words or "Traceback" in words for words in told)
    assert not Job.objects.filter(state__in=Job.ACTIVE).exists(), "none is tried for ever"
    assert Passage.objects.count() == 2
    assert found("钥匙在哪里")[0] == "泵房的钥匙在门卫那里。"
    assert found("when is the pump room locked")[0] == "The pump room is locked at night."


def test_a_failed_document_is_tried_again_and_mended_by_a_whole_file(
    library: Topic, work: Work
) -> None:
    whole = pdfs.table()
    document, _ = add_document(NewDocument(library, "a.pdf"), [cut(whole)])
    work()
    assert jobs.retry(document)
    document.refresh_from_db()
    assert (document.state, document.error_code) == ("queued", "")
    work()
    document.refresh_from_db()
    assert (document.state, document.error_code) == ("failed", "document_truncated")
    add_document(NewDocument(library, "a.pdf"), [whole])
    work()
    document.refresh_from_db()
    assert (document.state, document.version, document.error_code) == ("ready", 2, "")
    assert not jobs.retry(document), "there is nothing to try again"
    assert "| 台灯 | 一季度 | 120 |" in found("台灯的销量")[0]


def test_a_broken_new_version_leaves_the_former_one_found(library: Topic, work: Work) -> None:
    document, _ = add_document(NewDocument(library, "a.pdf"), [pdfs.table()])
    work()
    add_document(NewDocument(library, "a.pdf"), [cut(pdfs.table())])
    work()
    document.refresh_from_db()
    assert document.state == "failed"
    assert "台灯" in found("台灯的销量")[0]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_reason_says_what_would_be_right(language: str) -> None:
    """A reason of one clause says what is wrong and leaves its reader there."""
    for code in {code for _, code in BROKEN.values()}:
        words = sentence(
            code,
            language,  # type: ignore[arg-type]
            format="DOCX",
            extension="pdf",
            right="docx",
            megabytes=1,
            readable="PDF",
        )
        assert sum(words.count(mark) for mark in ".。;；,，") >= 2, words
