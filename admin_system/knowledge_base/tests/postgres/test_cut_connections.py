"""Connections that are cut, as by a restart of PostgreSQL: nobody goes on with one of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from django.db import connection

from admin_system.knowledge_base import leases, work, worker
from admin_system.knowledge_base.hold import Hold
from admin_system.knowledge_base.leases import Outcome
from admin_system.knowledge_base.models import Document, Job, Topic
from admin_system.knowledge_base.services.adding import NewDocument, add_text
from admin_system.knowledge_base.tests.postgres.elsewhere import cut_connections
from admin_system.knowledge_base.worker import Lease, Worker

SECONDS = 20.0


@pytest.fixture(autouse=True)
def own_pool(transactional_db: None) -> Iterator[None]:
    """Of these tests alone: others of this process may have kept places in theirs."""
    cast("Any", connection).close_pool()
    yield
    connection.close()
    cast("Any", connection).close_pool()


@pytest.fixture
def job(library: Topic, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setattr(leases, "HEARTBEAT_SECONDS", 0.1)
    monkeypatch.setattr(worker, "FAULT_SECONDS", 0.1)
    document, _ = add_text(NewDocument(library, "a.md"), "Pump 7 is cleaned by crew 7.")
    return Job.objects.get(document=document)


def wait_until(is_so: Callable[[], bool]) -> bool:
    end = time.monotonic() + SECONDS
    while not is_so() and time.monotonic() < end:
        time.sleep(0.05)
    return is_so()


def test_the_pool_hands_none_of_them_out(library: Topic) -> None:
    assert Topic.objects.count() == 1
    connection.close()
    cut_connections()
    assert Topic.objects.count() == 1


def test_a_lease_is_renewed_by_the_next_one(job: Job) -> None:
    held = leases.claim("worker", can_see=False)
    assert held is not None

    def lease_is_younger_than(moment: object) -> bool:
        return Job.objects.filter(pk=job.pk, leased_until__gt=moment).exists()

    with Lease(held, threading.Event()):
        assert wait_until(lambda: lease_is_younger_than(held.leased_until))
        until = Job.objects.get(pk=job.pk).leased_until
        connection.close()
        cut_connections()
        assert wait_until(lambda: lease_is_younger_than(until))


def test_a_worker_gives_its_job_back_and_goes_on(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, second = list[int](), threading.Event()

    def run_job(held: Job, hold: Hold) -> Outcome:
        begun.append(held.pk)
        if len(begun) == 1:
            cut_connections()
        outcome = work.run_job(held, hold)
        second.set()
        return outcome

    monkeypatch.setattr(worker, "run_job", run_job)
    monkeypatch.setattr(worker, "OUTAGE_SECONDS", 1)
    monkeypatch.setattr(worker, "REST_SECONDS", 0.1)
    connection.close()
    at_work = Worker(can_see=lambda: False)
    at_work.start()
    assert second.wait(SECONDS)
    at_work.stop(SECONDS)
    assert len(begun) == 2
    assert Document.objects.get().state == "ready"
    assert Job.objects.get(pk=job.pk).attempts == 1
