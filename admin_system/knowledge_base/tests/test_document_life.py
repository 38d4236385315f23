"""A document from its bytes to its passages in both indexes, and out again."""

from __future__ import annotations

from admin_system.knowledge_base import storage
from admin_system.knowledge_base.keywords import keyword_index
from admin_system.knowledge_base.models import Document, Passage, Topic
from admin_system.knowledge_base.services.adding import NewDocument, add_text
from admin_system.knowledge_base.services.removing import remove_document
from admin_system.knowledge_base.services.searching import search_passages
from admin_system.knowledge_base.tests.conftest import Work
from admin_system.knowledge_base.tests.searches import found

MANUAL = (
    "# 清洗\n\n机器每周用温水清洗一次，清洗前通知设备部。\n\n# Oil\n\nChange the oil every May."
)


def test_a_text_is_found_by_both_legs_and_knows_its_place(library: Topic, work: Work) -> None:
    document, is_new = add_text(NewDocument(library, "manual.md"), MANUAL)
    assert is_new
    assert not found("清洗")
    work()
    document.refresh_from_db()
    assert (document.state, document.progress) == ("ready", 1.0)
    hits = search_passages(query="谁该在清洗前得到通知", min_score=0.2).hits
    passage = hits[0].passage
    assert "设备部" in passage.text
    assert document.full_text.text[passage.start : passage.end] == passage.text
    assert hits[0].scores.keyword
    assert hits[0].scores.vector
    assert "Change the oil every May." in found("oil", mode="vector", limit=1)[0]
    assert "Change the oil every May." in found("oil", mode="keyword", limit=1)[0]


def test_the_same_bytes_again_are_the_document_that_is_there(library: Topic, work: Work) -> None:
    first, _ = add_text(NewDocument(library, "manual.md"), MANUAL)
    work()
    again, is_new = add_text(NewDocument(library, "copy.md"), MANUAL)
    assert (again, is_new) == (first, False)
    assert Document.objects.count() == 1


def test_a_new_version_takes_the_place_of_the_former_at_once(library: Topic, work: Work) -> None:
    document, _ = add_text(NewDocument(library, "manual.md"), MANUAL)
    work()
    former = document.sha256
    add_text(NewDocument(library, "manual.md"), MANUAL.replace("设备部", "安全员"))
    assert "设备部" in found("清洗前通知谁", limit=1)[0]  # until the new one is ready
    work()
    assert "安全员" in found("清洗前通知谁", limit=1)[0]
    assert not [text for text in found("设备部") if "设备部" in text]
    assert Document.objects.get().version == 2
    assert not storage.path_of(former).exists()
    assert keyword_index().ids() == list(
        Passage.objects.values_list("pk", flat=True).order_by("pk")
    )


def test_a_removed_document_is_not_found_from_that_moment_on(library: Topic, work: Work) -> None:
    document, _ = add_text(NewDocument(library, "manual.md"), MANUAL)
    work()
    remove_document(document)
    assert not found("清洗")
    assert not found("oil", mode="vector")
    same_name, is_new = add_text(NewDocument(library, "manual.md"), "只有一句话。")
    assert is_new
    work()
    assert Document.objects.get() == same_name
    assert keyword_index().ids() == [Passage.objects.get().pk]
    assert not storage.path_of(document.sha256).exists()


def test_a_search_keeps_to_its_topics(library: Topic, work: Work) -> None:
    other = Topic.objects.create(name="另一个")
    add_text(NewDocument(library, "a.md"), "油每年五月更换。")
    add_text(NewDocument(other, "b.md"), "油每年六月更换。")
    work()
    assert len(found("油何时更换")) == 2
    assert found("油何时更换", topics=[other.pk]) == ["油每年六月更换。"]
    assert not found("油何时更换", topics=[])
