"""The queue: wishes, retries, faults, leases, several workers, the end of a process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import OperationalError, connections, transaction
from django.utils import timezone

from admin_system.knowledge_base import crew, jobs, leases, work
from admin_system.knowledge_base import worker as working
from admin_system.knowledge_base.crew import Crew
from admin_system.knowledge_base.hold import Hold
from admin_system.knowledge_base.models import Document, Job, Topic
from admin_system.knowledge_base.services import embedding_passages
from admin_system.knowledge_base.services.adding import NewDocument, add_text
from admin_system.knowledge_base.services.removing import remove_document
from admin_system.knowledge_base.tests.conftest import Work
from admin_system.knowledge_base.tests.state import assert_all_is_well, texts_of
from admin_system.knowledge_base.worker import Worker
from admin_system.knowledge_base.worker_names import is_alive, machine, worker_name
from admin_system.vector_search.embedder import Vectors
from admin_system.vector_search.embedders.hashing import HashEmbedder
from admin_system.vector_search.errors import EmbedderFault


def add(topic: Topic, name: str, text: str = "机器每周清洗一次。") -> Document:
    return add_text(NewDocument(topic, name), f"{text}\n\n{name}")[0]


def test_what_waits_its_turn_is_paused_and_cancelled_at_once(library: Topic, work: Work) -> None:
    paused, cancelled = add(library, "a.md"), add(library, "b.md")
    assert jobs.pause(paused)
    assert jobs.cancel(cancelled)
    assert not jobs.pause(paused)
    assert not jobs.cancel(cancelled)
    work()
    paused.refresh_from_db()
    cancelled.refresh_from_db()
    assert (paused.state, cancelled.state) == ("paused", "cancelled")
    assert jobs.cancel(paused)
    assert jobs.retry(paused)
    assert jobs.retry(cancelled)
    assert not jobs.retry(cancelled)
    work()
    assert set(Document.objects.values_list("state", flat=True)) == {"ready"}
    assert_all_is_well()


def test_a_fault_that_may_pass_is_tried_again_and_then_told(
    library: Topic, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: HashEmbedder, texts: list[str], purpose: str = "document") -> Vectors:
        raise EmbedderFault("embedder_unreachable", retry=True)

    with monkeypatch.context() as patch:
        patch.setattr(HashEmbedder, "embed", refuse)
        document = add(library, "a.md")
        for attempt in range(1, leases.MOST_FAULTS + 1):
            work()
            job = Job.objects.get()
            assert job.attempts == attempt
            document.refresh_from_db()
            assert document.error_code == "embedder_unreachable"
            if attempt < leases.MOST_FAULTS:
                assert job.run_after
                assert job.run_after > timezone.now()
                work()  # not before its time
                Job.objects.update(run_after=timezone.now())
        assert document.state == "failed"
    assert jobs.retry(document)
    work()
    document.refresh_from_db()
    assert (document.state, document.error_code, document.attempts) == ("ready", "", 1)


def test_a_job_that_kills_every_worker_is_given_up(library: Topic, work: Work) -> None:
    document = add(library, "a.md")
    Job.objects.update(attempts=leases.MOST_ATTEMPTS)
    work()
    document.refresh_from_db()
    assert (document.state, document.error_code) == ("failed", "job_attempts_used_up")


def test_nothing_ends_a_worker(library: Topic, monkeypatch: pytest.MonkeyPatch) -> None:
    document = add(library, "a.md")
    asked = []

    def can_see() -> bool:
        asked.append(1)
        if len(asked) == 1:
            raise OperationalError("disk I/O error")
        return False

    monkeypatch.setattr(working, "REST_SECONDS", 0.01)
    worker = Worker(can_see)
    worker.start()
    wait_until(lambda: Document.objects.filter(pk=document.pk, state="ready").exists())
    worker.stop(5.0)


def test_jobs_of_a_dead_process_are_taken_up_at_once(library: Topic, work: Work) -> None:
    add(library, "a.md")
    job = leases.claim(f"{machine()}:999999:1:1", can_see=False)
    assert job is not None
    work()
    assert Job.objects.get().state == "running"  # its lease has not lapsed
    assert leases.release_dead() == 1
    work()
    assert Job.objects.get().state == "done"


def test_only_a_process_that_surely_ended_is_dead() -> None:
    own = worker_name()
    assert is_alive(own)
    assert is_alive("elsewhere:1:1:1")
    host, pid, created, thread = own.rsplit(":", 3)
    assert not is_alive(f"{host}:{pid}:{int(created) - 100}:{thread}")
    assert not is_alive(f"{host}:999999:{created}:{thread}")


def test_a_document_is_not_erased_under_the_hands_of_who_reads_it(library: Topic) -> None:
    document = add(library, "a.md")
    running = leases.claim("elsewhere:1:1:1", can_see=False)
    assert running is not None
    remove_document(document)
    assert leases.claim(worker_name(), can_see=False) is None
    assert leases.renew(running) == "cancel"
    leases.settle(running, leases.Outcome("cancelled"))
    removing = leases.claim(worker_name(), can_see=False)
    assert removing is not None
    assert removing.kind == "remove"
    work.run_job(removing, Hold())
    assert not Document.objects.exists()


def test_a_wish_survives_the_worker_that_missed_it(library: Topic, work: Work) -> None:
    document = add(library, "a.md")
    leases.claim(f"{machine()}:999999:1:1", can_see=False)
    assert jobs.pause(document)
    leases.release_dead()
    work()
    document.refresh_from_db()
    assert document.state == "paused"


def test_no_passage_is_embedded_twice_after_a_stop(
    library: Topic, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded: list[str] = []
    plain = HashEmbedder.embed
    worker = Worker(can_see=lambda: False)

    def embed(self: HashEmbedder, texts: list[str], purpose: str = "document") -> Vectors:
        embedded.extend(texts)
        if len(embedded) >= 8:
            worker.ask_to_stop()
        return plain(self, texts)

    monkeypatch.setattr(HashEmbedder, "embed", embed)
    monkeypatch.setattr(embedding_passages, "FEW", 4)
    text = "\n\n".join(f"# 第 {n} 节\n\n第 {n} 台机器每周清洗一次。" for n in range(40))
    document = add(library, "a.md", text)
    worker.run(until_empty=True)
    document.refresh_from_db()
    assert document.state == "queued"
    assert len(embedded) == 8
    assert Job.objects.get().attempts == 0
    work()
    document.refresh_from_db()
    assert document.state == "ready"
    assert len(embedded) == len(set(embedded)) == len(texts_of(document)) == 40
    assert_all_is_well()


def test_what_does_not_look_up_loses_its_job_and_writes_no_more(
    library: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a vision model in mid-sentence when the server ends."""
    begun, go_on = threading.Event(), threading.Event()
    plain = HashEmbedder.embed

    def embed(self: HashEmbedder, texts: list[str], purpose: str = "document") -> Vectors:
        begun.set()
        go_on.wait(20)
        return plain(self, texts)

    document = add(library, "a.md")
    monkeypatch.setattr(working, "GRACE_SECONDS", 0.1)
    with monkeypatch.context() as patch:
        patch.setattr(HashEmbedder, "embed", embed)
        worker = Worker(can_see=lambda: False)
        worker.start()
        assert begun.wait(20)
        worker.stop(0.1)
        assert Job.objects.get().state == "queued"
    go_on.set()
    assert worker._thread is not None
    worker._thread.join(20)
    document.refresh_from_db()
    assert (document.state, Job.objects.get().state) == ("queued", "queued")
    assert not texts_of(document)


def test_eight_workers_and_eight_writers_meet_no_locked_database(library: Topic) -> None:
    faults: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for place in range(6):
                document = add(library, f"{number}-{place}.md")
                if place == 3:
                    remove_document(document)
        except BaseException as error:
            faults.append(error)
        finally:
            connections.close_all()

    workers = Crew(8, can_see=lambda: False)
    workers.start()
    writers = [threading.Thread(target=write, args=[number]) for number in range(8)]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    wait_until(lambda: not Job.objects.filter(state__in=Job.ACTIVE).exists(), seconds=120)
    workers.stop()
    assert not faults
    assert set(Job.objects.values_list("error_code", flat=True)) == {""}
    assert max(Job.objects.values_list("attempts", flat=True)) == 1
    assert Document.objects.filter(state="ready").count() == Document.objects.count() == 40
    assert_all_is_well()


def test_a_crew_gives_back_what_it_does_within_seconds(library: Topic) -> None:
    text = "\n\n".join(f"# 第 {n} 节\n\n第 {n} 台机器每周清洗一次。" for n in range(3000))
    document = add(library, "a.md", text)
    workers = Crew(2, can_see=lambda: False)
    workers.start()
    wait_until(lambda: Document.objects.filter(pk=document.pk, state="embedding").exists())
    began = time.monotonic()
    workers.stop()
    assert time.monotonic() - began < crew.STOP_SECONDS + 10
    assert Job.objects.get().state in {"queued", "done"}


def test_ended_jobs_are_forgotten_after_a_while(library: Topic, work: Work) -> None:
    add(library, "old.md")
    work()
    Job.objects.update(updated_at=timezone.now() - jobs.KEPT - timedelta(minutes=1))
    add(library, "new.md")
    work()
    waiting = add(library, "waiting.md")
    Job.objects.filter(document=waiting).update(updated_at=timezone.now() - 2 * jobs.KEPT)
    assert jobs.prune() == 1
    assert Job.objects.count() == 2


def test_a_job_added_twice_at_once_is_one(library: Topic) -> None:
    document = add(library, "a.md")
    with transaction.atomic():
        assert jobs.add(Job.Kind.INDEX, document=document) == Job.objects.get()


def wait_until(is_so: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.02)
