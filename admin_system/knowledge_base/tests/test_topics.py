"""Topics and documents change their names and places, and go, without a trace in a search."""

from __future__ import annotations

from functools import partial

import pytest

from admin_system.knowledge_base import storage
from admin_system.knowledge_base.errors import BadName, DocumentGone, NameTaken, TopicGone
from admin_system.knowledge_base.hold import Hold
from admin_system.knowledge_base.keywords import keyword_index
from admin_system.knowledge_base.models import Document, Passage, Topic
from admin_system.knowledge_base.services import removing
from admin_system.knowledge_base.services.adding import NewDocument, add_text
from admin_system.knowledge_base.services.moving import move_document, rename_document
from admin_system.knowledge_base.services.removing import (
    erase_document,
    remove_document,
    remove_topic,
)
from admin_system.knowledge_base.services.topics import (
    change_topic,
    create_topic,
    get_or_create_topic,
)
from admin_system.knowledge_base.tests.conftest import Work
from admin_system.knowledge_base.tests.interleaving import interrupt
from admin_system.knowledge_base.tests.searches import found
from admin_system.knowledge_base.tests.state import assert_all_is_well


def test_a_topic_has_one_name_in_any_language(library: Topic) -> None:
    topic = create_topic("  青石镇 Blue Stone ", "地方志")
    assert topic.name == "青石镇 Blue Stone"
    assert get_or_create_topic("青石镇 Blue Stone").pk == topic.pk
    with pytest.raises(NameTaken):
        create_topic("青石镇 Blue Stone")
    with pytest.raises(NameTaken):
        change_topic(library, name="青石镇 Blue Stone")
    for name in ("", "x" * 101, "a\nb"):
        with pytest.raises(BadName):
            create_topic(name)
    assert change_topic(topic, name="青石").description == "地方志"


def test_a_moved_document_is_found_in_its_new_topic_only(library: Topic, work: Work) -> None:
    other = create_topic("另一个")
    document, _ = add_text(NewDocument(library, "a.md"), "油每年五月更换。")
    work()
    before = list(Passage.objects.values_list("pk", flat=True))
    for mode in ("keyword", "vector"):
        assert found("油每年更换", topics=[library.pk], mode=mode)
    move_document(document, other)
    for mode in ("keyword", "vector", "hybrid"):
        assert not found("油每年更换", topics=[library.pk], mode=mode)
        assert found("油每年更换", topics=[other.pk], mode=mode)
    assert list(Passage.objects.values_list("pk", flat=True)) == before, "nothing is read again"
    remove_document(document)
    work()
    assert not keyword_index().ids(), "taken out with the very topic that it was put in with"


def test_a_long_document_is_erased_in_pieces_and_writers_come_in_between(
    library: Topic, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removing, "ERASED_AT_ONCE", 2)
    text = "\n\n".join(f"# Hall {n}\n\nPump {n} of it is cleaned by crew {n}." for n in range(7))
    add_text(NewDocument(library, "stays.md"), "Crew 99 cleans it.")
    moment, done = 1, False
    while not done:
        document, _ = add_text(NewDocument(library, "halls.md"), text)
        work()
        assert Passage.objects.filter(document=document).count() == 7
        remove_document(document)

        def come_in_between(name: str) -> None:
            assert keyword_index().ids() == sorted(Passage.objects.values_list("pk", flat=True))
            assert not found("pump of hall 3", mode="keyword")
            add_text(NewDocument(library, name), "Crew 8 cleans it.")

        erase = partial(erase_document, document, Hold())
        done = not interrupt(erase, moment, partial(come_in_between, f"{moment}.md"))
        work()
        assert_all_is_well()
        moment += 1
    assert moment > 8, "pieces of two passages"


def test_a_document_never_takes_the_place_of_another(library: Topic) -> None:
    other = create_topic("另一个")
    document, _ = add_text(NewDocument(library, "a.md"), "甲。")
    add_text(NewDocument(other, "a.md"), "乙。")
    with pytest.raises(NameTaken):
        move_document(document, other)
    add_text(NewDocument(library, "b"), "丙。")
    with pytest.raises(NameTaken):
        rename_document(document, "b")
    renamed = rename_document(document, "c")
    assert (renamed.name, renamed.title) == ("c", "c")
    again, _ = add_text(NewDocument(library, "c"), "甲，第二版。")
    assert (again.pk, again.version) == (document.pk, 2)


def test_a_deleted_topic_takes_all_its_documents_along(library: Topic, work: Work) -> None:
    kept = create_topic("留下")
    add_text(NewDocument(kept, "a.md"), "机器的说明。")
    for i in range(5):
        add_text(NewDocument(library, f"{i}.md"), f"机器 {i} 的说明。")
    work()
    add_text(NewDocument(library, "queued.md"), "机器还没有读过的说明。")
    hashes = set(Document.objects.filter(topic=library).values_list("sha256", flat=True))
    remove_topic(library)
    assert found("机器的说明") == ["机器的说明。"]
    assert [topic.name for topic in Topic.objects.all()] == ["留下"]
    again = create_topic("手册")
    for change in (
        lambda: add_text(NewDocument(library, "late.md"), "来晚了。"),
        lambda: change_topic(library, name="x"),
    ):
        with pytest.raises(TopicGone):
            change()
    work()
    assert Document.objects.count() == 1
    assert set(Topic.all_objects.all()) == {kept, again}
    assert not [sha256 for sha256 in hashes if storage.path_of(sha256).exists()]
    assert keyword_index().ids() == [Passage.objects.get().pk]


def test_an_empty_topic_goes_at_once_and_many_documents_go_in_parts(
    library: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("admin_system.knowledge_base.services.removing.AT_ONCE", 2)
    empty = create_topic("空")
    remove_topic(empty)
    assert not Topic.all_objects.filter(pk=empty.pk).exists()
    documents = [add_text(NewDocument(library, f"{i}"), f"{i}。")[0] for i in range(5)]
    remove_topic(library)
    assert Document.objects.filter(state="deleting").count() == 5
    with pytest.raises(DocumentGone):
        rename_document(documents[0], "x")
