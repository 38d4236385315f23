"""What is wrong is found, said, repaired; what is well is left alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from admin_system.knowledge_base import index_contents, storage
from admin_system.knowledge_base.checking import check_library
from admin_system.knowledge_base.embedding import current_profile
from admin_system.knowledge_base.file_index import index_store
from admin_system.knowledge_base.index_contents import prune_changes
from admin_system.knowledge_base.keywords import FREQUENCIES, keyword_index
from admin_system.knowledge_base.live_index import forget_live_indexes, save_live_indexes
from admin_system.knowledge_base.models import (
    Document,
    EmbeddingProfile,
    IndexStamp,
    Job,
    Passage,
    PassageVector,
    Topic,
)
from admin_system.knowledge_base.services import rebuilding
from admin_system.knowledge_base.services.adding import NewDocument, add_text
from admin_system.knowledge_base.services.rebuilding import check_tokens, rebuild_keywords
from admin_system.knowledge_base.services.removing import remove_document
from admin_system.knowledge_base.services.searching import search_passages
from admin_system.knowledge_base.tests.conftest import Work
from admin_system.knowledge_base.tests.interleaving import interrupt
from admin_system.knowledge_base.tests.state import assert_all_is_well
from admin_system.vector_search.keyword_index import KeywordRow
from admin_system.vector_search.store import IndexStore

pytestmark = pytest.mark.usefixtures("vectors_in_files")

TEXTS = [f"机器 {n} 号由第 {n * 3} 班清洗。Crew {n} cleans it." for n in range(20)]


@pytest.fixture
def filled(library: Topic, work: Work) -> Iterator[Topic]:
    for number, text in enumerate(TEXTS):
        add_text(NewDocument(library, f"{number}.md"), text)
    work()
    rebuild_keywords()
    assert search_passages(query="Crew 7", mode="vector").hits
    save_live_indexes()
    yield library
    for path in storage.folder().rglob("*"):
        if path.is_file():
            path.unlink()


def codes(*, repair: bool = False) -> list[str]:
    return [finding.code for finding in check_library(repair=repair)]


def store() -> IndexStore:
    profile = current_profile()
    assert profile is not None
    return index_store(profile)


def flip_a_byte(place: float = 0.5) -> None:
    whole = bytearray(store().path.read_bytes())
    whole[int(place * len(whole))] ^= 1
    store().path.write_bytes(whole)


def lose_a_keyword_row() -> None:
    passage = Passage.objects.all()[3]
    topic = passage.document.topic_id
    keyword_index().remove([KeywordRow(passage.pk, passage.indexed_text, topic)])


def leave_words_behind() -> None:
    passage = Passage.objects.all()[3]
    topic = passage.document.topic_id
    keyword_index().remove([KeywordRow(passage.pk, passage.indexed_text, topic)])
    keyword_index().add([KeywordRow(passage.pk, "other words", topic)])


def outdate_the_tokens() -> None:
    IndexStamp.objects.update(value="0")


def lose_a_vector() -> None:
    PassageVector.objects.all()[2].delete()


def damage_vectors() -> None:
    PassageVector.objects.filter(passage=Passage.objects.all()[2]).update(data=b"123")
    zeros = np.zeros(256, np.float32).tobytes()
    PassageVector.objects.filter(passage=Passage.objects.all()[5]).update(data=zeros)


def exchange_vectors_in_silence() -> None:
    one, other = PassageVector.objects.all()[:2]
    PassageVector.objects.filter(pk=one.pk).update(data=other.data)


def remove_rows_in_silence() -> None:
    Passage.objects.filter(document=Document.objects.all()[0]).delete()


def leave_a_former_model() -> None:
    former = EmbeddingProfile.objects.create(name="former", kind="hash")
    PassageVector.objects.create(passage=Passage.objects.all()[0], profile=former, data=b"1234")


def lose_a_job() -> None:
    Document.objects.filter(name="3.md").update(state="embedding")
    Document.objects.filter(name="4.md").update(indexed_sha256="another")


def leave_a_draft() -> None:
    document = Document.objects.all()[0]
    Passage.objects.create(document=document, ordinal=7, text="half", start=0, end=4)


def leave_a_file() -> None:
    with storage.receive([b"of nobody"]) as incoming:
        incoming.keep()
    os.utime(storage.path_of(incoming.sha256), (0, 0))


DAMAGE: list[tuple[Callable[[], None], list[str]]] = [
    (flip_a_byte, ["index_damaged"]),
    (lose_a_keyword_row, ["check_keywords_differ"]),
    (leave_words_behind, ["check_keywords_damaged"]),
    (outdate_the_tokens, ["check_keywords_outdated"]),
    (lose_a_vector, ["check_vectors_lacking", "check_index_differs"]),
    (damage_vectors, ["check_vectors_wrong"]),
    (exchange_vectors_in_silence, ["check_index_differs"]),
    (
        remove_rows_in_silence,
        ["check_keywords_differ", "check_index_differs"],
    ),
    (leave_a_former_model, ["check_vectors_unused"]),
    (lose_a_job, ["check_documents_lost"]),
    (leave_a_draft, ["check_drafts_left"]),
    (leave_a_file, ["check_files_unneeded"]),
]


@pytest.mark.parametrize(
    ("damage", "found"), [pytest.param(*row, id=row[0].__name__) for row in DAMAGE]
)
def test_each_damage_is_found_and_repaired(
    filled: Topic, work: Work, damage: Callable[[], None], found: list[str]
) -> None:
    assert codes() == []
    damage()
    assert codes() == found
    assert set(codes(repair=True)) <= {*found, "check_vectors_lacking"}
    work()
    assert codes() == []
    forget_live_indexes()
    if damage is not remove_rows_in_silence:
        assert_all_is_well()
        assert Passage.objects.count() == len(TEXTS)


def test_a_lost_file_is_named_and_is_for_a_person_to_bring_back(
    filled: Topic, capsys: pytest.CaptureFixture[str]
) -> None:
    document = Document.objects.get(name="3.md")
    storage.path_of(document.sha256).unlink()
    with pytest.raises(CommandError):
        call_command("check_index", "--repair")
    assert "3.md" in capsys.readouterr().out
    add_text(NewDocument(filled, "3.md"), TEXTS[3])
    call_command("check_index")
    assert "20" in capsys.readouterr().out


def test_the_command_says_what_is_wrong_and_its_exit_code_too(
    filled: Topic, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("check_index")
    outdate_the_tokens()
    with pytest.raises(CommandError, match="--repair"):
        call_command("check_index")
    assert "分词" in capsys.readouterr().out
    call_command("check_index", "--repair")
    call_command("check_index")
    call_command("rebuild_index")
    assert capsys.readouterr().out.count("20 个片段") == 4


def test_a_flipped_byte_is_found_at_the_opening_and_the_index_built_again(filled: Topic) -> None:
    for place in (0.0, 0.1, 0.4, 0.7, 0.99):
        flip_a_byte(place)
        forget_live_indexes()  # the next process
        assert search_passages(query="Crew 7", mode="vector", limit=1).hits
        assert store().header().count == len(TEXTS)
        assert codes() == []


def test_other_tokens_lead_to_another_keyword_index(
    filled: Topic, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written with the old cutter while the new one fills the index: both end in the new one."""
    keyword_index().clear()
    check_tokens()
    assert not keyword_index().ids()  # the stamp fits: nothing to do
    outdate_the_tokens()
    check_tokens()
    FREQUENCIES.forget()
    assert len(keyword_index().ids()) == len(TEXTS)
    assert search_passages(query="第 21 班", mode="keyword", limit=1).hits
    assert_all_is_well()


def test_no_change_while_the_keyword_index_is_made_anew_is_lost(
    filled: Topic, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another thread writes at every moment in turn: it never finds the writers' lock taken."""
    monkeypatch.setattr(rebuilding, "AT_ONCE", 8)
    monkeypatch.setattr(rebuilding, "FEW", 2)
    moment = 1
    while interrupt(rebuild_keywords, moment, partial(change, filled, moment, work)):
        assert_all_is_well()
        moment += 1
    assert moment > 10
    assert codes() == []


def change(topic: Topic, moment: int, work: Work) -> None:
    """One document less, one in another version, one more."""
    documents = Document.objects.filter(topic=topic).order_by("pk")
    remove_document(documents[moment % 3])
    add_text(NewDocument(topic, documents[5].name), f"第 {moment} 班换油。")
    add_text(NewDocument(topic, f"new {moment}.md"), f"Crew {moment} paints it.")
    work()


def test_a_rebuild_that_has_missed_changes_begins_again(
    filled: Topic, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_contents, "KEPT_CHANGES", 1)

    def change_and_prune() -> None:
        change(filled, 1, work)
        prune_changes()

    assert interrupt(rebuild_keywords, 5, change_and_prune)
    assert_all_is_well()


def test_what_jobs_are_left_is_told(filled: Topic, capsys: pytest.CaptureFixture[str]) -> None:
    lose_a_job()
    call_command("check_index", "--repair")
    assert Job.objects.filter(state="queued").count() == 2
    assert "2 个任务" in capsys.readouterr().out
