"""Whatever comes at whatever moment of a running job: nothing is lost, nothing is there twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from admin_system.knowledge_base import jobs
from admin_system.knowledge_base.models import Document, Job, Topic
from admin_system.knowledge_base.readers import read_document
from admin_system.knowledge_base.readers.reading import Reading
from admin_system.knowledge_base.services import indexing
from admin_system.knowledge_base.services.adding import NewDocument, add_text
from admin_system.knowledge_base.services.removing import remove_document
from admin_system.knowledge_base.tests.conftest import Work
from admin_system.knowledge_base.tests.interleaving import interrupt
from admin_system.knowledge_base.tests.state import assert_all_is_well, texts_of
from admin_system.knowledge_base.worker import Worker

FORMER = "# 旧\n\n机器每周清洗一次。\n\n# Oil\n\nChange the oil every May.\n"
LATER = "# 新\n\n机器每天清洗两次。\n\n# Oil\n\nChange the oil every May.\n"
PASSAGES = 2
FEWEST_MOMENTS = 12


@pytest.fixture(autouse=True)
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of readings: in this process, where none of the files can do harm."""

    def read(path: Path, name: str, **options: object) -> Reading:
        return read_document(path.read_bytes(), name)

    monkeypatch.setattr(indexing, "read_isolated", read)


def at_every_moment(topic: Topic, work: Work, deed: Callable[[Document], None]) -> list[Document]:
    """A document for each moment of its own job, at which the deed was done."""
    disturbed: list[Document] = []
    while True:
        moment = len(disturbed) + 1
        document, _ = add_text(NewDocument(topic, f"{moment}.md"), f"{FORMER}\n\n{moment}")
        if not interrupt(one_job, moment, lambda document=document: deed(document)):  # type: ignore[misc]
            work()
            break
        work()
        disturbed.append(document)
    assert len(disturbed) > FEWEST_MOMENTS
    return disturbed


def one_job() -> None:
    Worker(can_see=lambda: False).work_once()


def later_text(document: Document) -> str:
    return f"{LATER}\n\n{document.name}"


def add_later_version(document: Document) -> None:
    add_text(NewDocument(document.topic, document.name), later_text(document))


def test_a_new_version_at_any_moment_is_the_one_that_is_found(library: Topic, work: Work) -> None:
    for document in at_every_moment(library, work, add_later_version):
        document.refresh_from_db()
        assert (document.state, document.version) == ("ready", 2)
        assert document.indexed_sha256 == document.sha256
        assert "每天" in "".join(texts_of(document))
        assert len(texts_of(document)) == len(set(texts_of(document)))
    assert_all_is_well()


def test_a_document_removed_at_any_moment_is_gone(library: Topic, work: Work) -> None:
    disturbed = at_every_moment(library, work, remove_document)
    assert not Document.objects.filter(pk__in=[document.pk for document in disturbed]).exists()
    assert_all_is_well()


def test_a_wish_at_any_moment_is_heard_or_comes_too_late(library: Topic, work: Work) -> None:
    def pause(document: Document) -> None:
        jobs.pause(document)

    disturbed = at_every_moment(library, work, pause)
    states = set()
    for document in disturbed:
        document.refresh_from_db()
        states.add(document.state)
        assert document.state in {"ready", "paused"}
        assert jobs.retry(document) is (document.state == "paused")
    assert states == {"ready", "paused"}
    work()
    assert set(Document.objects.values_list("state", flat=True)) == {"ready"}
    assert_all_is_well()


def test_cancelled_and_asked_for_again_at_any_moment(library: Topic, work: Work) -> None:
    def change_ones_mind(document: Document) -> None:
        jobs.cancel(document)
        add_later_version(document)

    for document in at_every_moment(library, work, change_ones_mind):
        document.refresh_from_db()
        assert document.state == "ready"
        assert "每天" in "".join(texts_of(document))
    assert_all_is_well()


def test_a_worker_that_slept_past_its_lease_writes_no_more(library: Topic, work: Work) -> None:
    """At every moment another worker takes the job over and ends it before the first wakes up."""

    def take_over(document: Document) -> None:
        past = timezone.now() - timedelta(seconds=1)
        Job.objects.filter(document=document, state="running").update(leased_until=past)
        work()

    for document in at_every_moment(library, work, take_over):
        document.refresh_from_db()
        assert (document.state, document.progress) == ("ready", 1.0)
        assert len(texts_of(document)) == PASSAGES
    assert_all_is_well()


def test_a_worker_killed_at_any_moment_has_its_job_gone_on_with(library: Topic, work: Work) -> None:
    class Killed(BaseException):
        pass

    def kill(document: Document) -> None:
        raise Killed

    killed = 0
    for moment in range(1, 200):
        document, _ = add_text(NewDocument(library, f"{moment}.md"), f"{FORMER}\n\n{moment}")
        try:
            interrupt(one_job, moment, lambda document=document: kill(document))  # type: ignore[misc]
        except Killed:
            killed += 1
        else:
            break
        past = timezone.now() - timedelta(seconds=1)
        Job.objects.filter(document=document, state="running").update(leased_until=past)
        work()
        document.refresh_from_db()
        assert document.state == "ready"
        assert len(texts_of(document)) == PASSAGES
    assert killed > FEWEST_MOMENTS
    assert_all_is_well()
