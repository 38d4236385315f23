"""What is changed by hand is found at once, and stays where its document is read again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connections

from admin_system.knowledge_base.errors import (
    ChangedMeanwhile,
    DocumentTooLarge,
    EmptyDocument,
    NotEditable,
)
from admin_system.knowledge_base.keywords import keyword_index
from admin_system.knowledge_base.live_index import forget_live_indexes
from admin_system.knowledge_base.models import Document, EmbeddingProfile, Passage, Topic
from admin_system.knowledge_base.readers.limits import DEFAULT_LIMITS
from admin_system.knowledge_base.services import editing
from admin_system.knowledge_base.services.adding import NewDocument, add_document, add_text
from admin_system.knowledge_base.services.editing import edit_passage, edit_text, read_text
from admin_system.knowledge_base.tests import files
from admin_system.knowledge_base.tests.conftest import Work
from admin_system.knowledge_base.tests.searches import found, hits

TEXT = "# 清洗\n\n机器每周清洗，清洗前通知设备部。\n\n# 加油\n\n机器每年五月换油。"


@pytest.fixture
def document(library: Topic, work: Work) -> Document:
    document, _ = add_text(NewDocument(library, "手册"), TEXT)
    work()
    document.refresh_from_db()
    return document


def passage_with(words: str) -> Passage:
    return Passage.objects.get(live=True, text__contains=words)


def test_an_edited_text_is_a_new_version(document: Document, work: Work) -> None:
    assert read_text(document) == TEXT
    edited = edit_text(document, TEXT.replace("设备部", "安全员"), version=1)
    assert (edited.pk, edited.version, edited.state) == (document.pk, 2, "queued")
    work()
    assert "安全员" in found("清洗前通知谁")[0]
    with pytest.raises(ChangedMeanwhile):
        edit_text(document, "别人的改动。", version=1)
    with pytest.raises(EmptyDocument):
        edit_text(document, " ")


def test_a_text_longer_than_a_file_may_be_is_refused(
    document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = replace(DEFAULT_LIMITS, file_bytes=len(TEXT.encode()))
    monkeypatch.setattr(editing, "DEFAULT_LIMITS", limits)
    with pytest.raises(DocumentTooLarge):
        edit_text(document, TEXT + "!")
    assert read_text(Document.objects.get()) == TEXT


def test_a_text_file_is_edited_in_its_own_words(library: Topic, work: Work) -> None:
    data = files.CHINESE.encode("gb18030")
    document, _ = add_document(NewDocument(library, "水车.txt"), [data])
    report, _ = add_document(NewDocument(library, "report.docx"), [files.docx()])
    synced, _ = add_document(NewDocument(library, "a.md", source="/手册"), [b"a pump"])
    work()
    document, report = Document.objects.get(pk=document.pk), Document.objects.get(pk=report.pk)
    assert read_text(document) == files.CHINESE
    assert edit_text(document, "青石镇有一架水车。").version == 2
    with pytest.raises(NotEditable, match="document_not_text"):
        read_text(report)
    with pytest.raises(NotEditable, match="document_of_a_folder"):
        edit_text(synced, "另一个泵")


@pytest.mark.parametrize("mode", ["keyword", "vector"])
def test_an_edited_passage_is_found_by_its_new_words_only(document: Document, mode: str) -> None:
    passage = passage_with("设备部")
    assert found("通知设备部", mode=mode, limit=1) == [passage.text]
    edit_passage(passage, text="机器每周清洗，清洗前告诉安全员小王。")
    best = hits("告诉安全员小王", mode=mode, limit=1)[0]
    assert (best.passage.pk, best.passage.edited) == (passage.pk, True)
    assert best.score > 0.5
    old = hits("通知设备部", mode=mode, limit=1, min_score=0.3)
    assert not [hit for hit in old if "设备部" in hit.passage.text]
    assert keyword_index().ids() == sorted(Passage.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("mode", ["keyword", "vector", "hybrid"])
def test_a_passage_switched_off_is_found_by_nobody(document: Document, mode: str) -> None:
    passage = passage_with("五月")
    off = edit_passage(passage, enabled=False)
    assert passage.text not in found("每年五月换油", mode=mode)
    assert passage.pk not in keyword_index().ids()
    edit_passage(off, text="机器每年六月换油。")  # while it is off
    assert not [text for text in found("六月换油", mode=mode) if "六月" in text]
    edit_passage(passage_with("六月"), enabled=True)
    assert found("每年六月换油", mode=mode)[0] == "机器每年六月换油。"
    forget_live_indexes()  # built anew it holds the same
    assert found("每年六月换油", mode=mode)[0] == "机器每年六月换油。"


def test_edits_stay_where_the_same_text_is_read_again(document: Document, work: Work) -> None:
    edit_passage(passage_with("设备部"), text="清洗前告诉安全员。")
    edit_passage(passage_with("五月"), enabled=False)
    edit_text(document, TEXT + "\n\n# 存放\n\n机器放在干燥处。")
    work()
    assert "清洗前告诉安全员。" in found("清洗前告诉谁")
    assert not [text for text in found("五月换油") if "五月" in text]
    assert passage_with("安全员").edited
    edit_text(document, TEXT.replace("通知设备部", "先断电"))
    work()
    assert not Passage.objects.filter(text__contains="安全员").exists()
    assert not passage_with("先断电").edited


def test_a_change_of_what_is_no_more_is_refused(document: Document, work: Work) -> None:
    passage = passage_with("设备部")
    edit_passage(Passage.objects.get(pk=passage.pk), text="先断电。")
    with pytest.raises(ChangedMeanwhile, match="passage_changed_meanwhile"):
        edit_passage(passage, text="先通风。")
    passage.refresh_from_db()
    Document.objects.filter(pk=document.pk).update(state="embedding")
    with pytest.raises(ChangedMeanwhile, match="passage_being_replaced"):
        edit_passage(passage, enabled=False)
    for text in ("", "\u200b \n", "x" * 4001):
        with pytest.raises(NotEditable, match="passage_wrong_length"):
            edit_passage(passage, text=text)


def test_a_model_that_reads_no_chinese_gets_no_vector_of_it(document: Document) -> None:
    bundled = EmbeddingProfile.objects.create(name="minilm", kind="bundled", device="cpu")
    EmbeddingProfile.objects.filter(is_current=True).update(is_current=False)
    EmbeddingProfile.objects.filter(pk=bundled.pk).update(is_current=True)
    passage = passage_with("设备部")
    edit_passage(passage, text="清洗前告诉安全员。")
    assert bytes(passage.vectors.get(profile=bundled).data) == b""
    assert len(passage.vectors.get(profile__kind="hash").data) == 4 * 256
    assert found("清洗前告诉谁", mode="keyword", limit=1) == ["清洗前告诉安全员。"]


@pytest.mark.parametrize("mode", ["keyword", "vector", "hybrid"])
def test_no_search_sees_half_of_a_change(document: Document, mode: str) -> None:
    """Each search finds the passage, and scores the very text that it shows."""
    texts = ("泵房的钥匙在门卫老陈那里。", "泵房的钥匙在库房甲柜里面。")
    passage = edit_passage(passage_with("设备部"), text=texts[0])
    expected = {}
    for text in texts:
        passage = edit_passage(passage, text=text)
        expected[text] = hits("泵房的钥匙在门卫", mode=mode, limit=1)[0].score
    assert len(set(expected.values())) == 2
    seen: set[str] = set()
    faults: list[object] = []
    done = threading.Event()

    def search() -> None:
        while not done.is_set():
            best = hits("泵房的钥匙在门卫", mode=mode, limit=1)
            if len(best) != 1 or abs(expected[best[0].passage.text] - best[0].score) > 1e-6:
                faults.append(best)
            seen.update(hit.passage.text for hit in best)

    threads = [threading.Thread(target=closing(search)) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for i in range(40):
            passage = edit_passage(passage, text=texts[i % 2])
            time.sleep(0.05)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert not faults
    assert seen == set(texts)


def closing(work: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    return run
