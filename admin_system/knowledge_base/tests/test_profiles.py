"""Another embedding model: beside the old one, then in its place, and searches never fail."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from admin_system.knowledge_base import embedding, jobs
from admin_system.knowledge_base.database_index import in_database
from admin_system.knowledge_base.embedding import EmbedderChanged, current_profile, get_embedder
from admin_system.knowledge_base.file_index import index_store
from admin_system.knowledge_base.hold import Hold
from admin_system.knowledge_base.live_index import forget_live_indexes, get_live_index
from admin_system.knowledge_base.models import (
    Document,
    EmbeddingProfile,
    Job,
    Passage,
    PassageVector,
    Topic,
)
from admin_system.knowledge_base.services import embedding_library, embedding_passages, indexing
from admin_system.knowledge_base.services.adding import NewDocument, add_text
from admin_system.knowledge_base.services.profiles import (
    cancel_change,
    change_profile,
    check_weights,
)
from admin_system.knowledge_base.services.publishing import publish_drafts
from admin_system.knowledge_base.services.searching import search_passages
from admin_system.knowledge_base.tests.conftest import Work
from admin_system.knowledge_base.tests.interleaving import in_another_thread
from admin_system.knowledge_base.tests.state import assert_all_is_well
from admin_system.vector_search.embedder import EmbedderProfile, EmbedderSpec, Vectors
from admin_system.vector_search.embedders import hashing
from admin_system.vector_search.embedders.hashing import HashEmbedder
from admin_system.vector_search.errors import EmbedderFault

WIDE = EmbedderSpec(kind="hash", dim=384)
TEXT = "\n\n".join(f"# Machine {n}\n\nMachine {n} is cleaned by crew {n * 7}." for n in range(60))


@pytest.fixture
def filled(library: Topic, work: Work) -> Iterator[Topic]:
    add_text(NewDocument(library, "manual.md"), TEXT)
    work()
    yield library
    embedding._held.clear()
    embedding._reloaded.clear()


@pytest.fixture
def searching(filled: Topic) -> Iterator[Callable[[], int]]:
    """A thread that searches all the time, and asks for what each leg alone must find."""
    ended = threading.Event()
    faults: list[BaseException] = []
    searches = [0]

    def search() -> None:
        try:
            while not ended.is_set():
                for mode in ("hybrid", "vector"):
                    found = search_passages(query="Machine 42", limit=3, mode=mode)
                    assert found.left_out is None
                    assert "Machine 42 " in found.hits[0].passage.text
                    searches[0] += 1
        except BaseException as error:
            faults.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=search)
    thread.start()
    yield lambda: searches[0]
    ended.set()
    thread.join()
    assert not faults, faults


def current() -> EmbeddingProfile:
    profile = current_profile()
    assert profile is not None
    return profile


def test_searches_succeed_while_the_model_is_changed(
    filled: Topic,
    searching: Callable[[], int],
    work: Work,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    former = current()
    monkeypatch.setattr(embedding_passages, "FEW", 5)
    job = change_profile("wide", WIDE)
    seen: list[float] = []
    plain = HashEmbedder.embed

    def embed(self: HashEmbedder, texts: list[str], purpose: str = "document") -> Vectors:
        if self.spec == WIDE and purpose == "document":
            before = searching()
            while searching() < before + 4:  # searches in the midst of it
                pass
            job.refresh_from_db()
            seen.append(job.progress)
            assert current() == former
        return plain(self, texts)

    monkeypatch.setattr(HashEmbedder, "embed", embed)
    work()
    job.refresh_from_db()
    assert (job.state, job.progress) == ("done", 1.0)
    assert seen == sorted(seen)
    assert seen[-1] > 0.8
    assert current().name == "wide"
    before = searching()
    while searching() < before + 10:
        pass
    Job.objects.filter(kind="drop").update(run_after=None)
    work()
    assert not PassageVector.objects.filter(profile=former).exists()
    assert not index_store(former).path.exists()
    assert in_database() or index_store(current()).path.exists()
    before = searching()
    while searching() < before + 10:
        pass
    assert_all_is_well()


def test_documents_published_meanwhile_are_taken_along(
    filled: Topic, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_profile("wide", WIDE)
    monkeypatch.setattr(embedding_passages, "FEW", 10)
    plain = HashEmbedder.embed
    added: list[int] = []

    def embed(self: HashEmbedder, texts: list[str], purpose: str = "document") -> Vectors:
        if self.spec == WIDE and len(added) < 3:
            added.append(len(added))
            add_text(NewDocument(filled, f"{len(added)}.md"), f"The gate of hall {len(added)}00.")
        return plain(self, texts)

    monkeypatch.setattr(HashEmbedder, "embed", embed)
    work()  # the change makes way for each of them, and goes on
    assert current().name == "wide"
    assert Job.objects.get(kind="embed").attempts == 1
    assert set(Job.objects.filter(kind="index").values_list("state", flat=True)) == {"done"}
    hits = search_passages(query="gate of hall 300", mode="vector", limit=1).hits
    assert hits[0].passage.text == "The gate of hall 300."
    Job.objects.filter(kind="drop").update(run_after=None)
    work()
    assert_all_is_well()


def test_a_document_published_right_before_the_switch_is_taken_along(
    filled: Topic, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By another worker, when the new index is built already."""
    plain = embedding_library.switch_to
    switched: list[bool] = []

    def switch_to(profile: EmbeddingProfile, hold: Hold) -> bool:
        if not switched:
            add_text(NewDocument(filled, "late.md"), "The gate of hall 300.")
            in_another_thread(work)
            get_live_index(profile).get()  # looks at it while it has no vector yet
        switched.append(plain(profile, hold))
        return switched[-1]

    monkeypatch.setattr(embedding_library, "switch_to", switch_to)
    change_profile("wide", WIDE)
    work()
    assert switched == [False, True]
    hits = search_passages(query="gate of hall 300", mode="vector", limit=1).hits
    assert hits[0].passage.text == "The gate of hall 300."
    Job.objects.filter(kind="drop").update(run_after=None)
    work()
    assert_all_is_well()


def test_a_document_embedded_before_the_switch_and_published_after_it_is_embedded_again(
    filled: Topic, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = publish_drafts
    tried: list[str] = []

    def publish(document: Document, text: str, *, profile_id: int | None, hold: Hold) -> int:
        tried.append(current().name)
        if len(tried) == 1:
            change_profile("wide", WIDE)
            in_another_thread(work)
        return plain(document, text, profile_id=profile_id, hold=hold)

    add_text(NewDocument(filled, "late.md"), "The gate of hall 300.")
    monkeypatch.setattr(indexing, "publish_drafts", publish)
    work()
    assert tried == ["hash", "wide"]
    Job.objects.filter(kind="drop").update(run_after=None)
    work()
    assert_all_is_well()


def test_a_cancelled_change_leaves_the_old_model_and_nothing_else(
    filled: Topic, work: Work
) -> None:
    former = current()
    job = change_profile("wide", WIDE)
    profile = EmbeddingProfile.objects.get(name="wide")
    some = Passage.objects.filter(ordinal__lt=10)
    embedding_passages.embed_passages(some, profile, lambda share: None)
    assert PassageVector.objects.filter(profile=profile).count() == 10
    assert cancel_change(job)
    work()
    assert current() == former
    assert not PassageVector.objects.filter(profile=profile).exists()
    assert_all_is_well()


def test_a_failed_change_leaves_the_old_model_and_can_be_tried_again(
    filled: Topic, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = current()
    job = change_profile("wide", WIDE)
    with monkeypatch.context() as patch:

        def refuse(self: HashEmbedder, texts: list[str], purpose: str = "document") -> Vectors:
            raise EmbedderFault("embedder_refuses", status=401)

        patch.setattr(HashEmbedder, "embed", refuse)
        work()
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "embedder_refuses")
    assert current() == former
    assert search_passages(query="Machine 7", mode="vector").hits
    assert jobs.retry_job(job)
    work()
    assert current().name == "wide"


def test_vectors_of_changed_weights_are_made_anew(
    filled: Topic, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same folder holds another model from one start to the next."""
    former = current()
    kept = set(PassageVector.objects.values_list("data", flat=True))

    def load(self: HashEmbedder) -> EmbedderProfile:
        self._profile = EmbedderProfile("hash", "other weights", self.spec.dim, 1 << 20)
        return self._profile

    monkeypatch.setattr(HashEmbedder, "load", load)
    direction = hashing.direction
    monkeypatch.setattr(hashing, "direction", lambda token, dim: direction(f"{token}'", dim))
    embedding._held.clear()  # the next process
    forget_live_indexes()
    with pytest.raises(EmbedderChanged):
        get_embedder(former)
    found = search_passages(query="Machine 42", limit=1)
    assert found.left_out == "failed"  # spaces are not mixed: words alone answer
    assert "Machine 42 " in found.hits[0].passage.text
    check_weights()
    check_weights()
    assert current() != former
    assert (current().name, current().key) == ("hash", "hash@other weights/256/e3b0c442")
    work()
    Job.objects.filter(kind="drop").update(run_after=None)
    work()
    assert EmbeddingProfile.objects.get() == current()
    assert not kept & set(PassageVector.objects.values_list("data", flat=True))
    hits = search_passages(query="Machine 42", mode="vector", limit=1).hits
    assert "Machine 42 " in hits[0].passage.text
    assert_all_is_well()


def test_the_command_changes_the_model_and_says_so(
    filled: Topic, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("use_embedding_model", "hash", "--name", "again")
    assert "again" in capsys.readouterr().out
    assert current().name == "again"
    with pytest.raises(CommandError, match=r"modules\.json"):
        call_command("use_embedding_model", str(tmp_path))
    assert current().name == "again"
    call_command("use_embedding_model", "hash", "--name", "third", "--no-wait")
    call_command("use_embedding_model", "--cancel")
    assert current().name == "again"
