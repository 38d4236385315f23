"""Machines whose clocks differ work through one database: a job stays with whoever holds it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from admin_system.knowledge_base import jobs, leases
from admin_system.knowledge_base.leases import Outcome
from admin_system.knowledge_base.models import Job, Topic
from admin_system.knowledge_base.services.adding import NewDocument, add_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(library: Topic) -> Job:
    document, _ = add_text(NewDocument(library, "a.md"), "Pump 7 is cleaned by crew 7.")
    return Job.objects.get(document=document)


@pytest.mark.parametrize("hours", [1, -1])
def test_a_machine_with_another_clock_takes_no_job_away(
    job: Job, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    first = leases.claim("first", can_see=False)
    assert first is not None
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(hours=hours))
    assert leases.claim("second", can_see=False) is None
    assert leases.renew(first) == ""
    monkeypatch.undo()
    assert leases.claim("third", can_see=False) is None
    assert leases.settle(first, Outcome("done")).state == "done"


def test_a_job_that_was_put_off_is_due_at_the_same_moment_everywhere(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = leases.claim("first", can_see=False)
    assert first is not None
    leases.settle(first, Outcome("queued", "job_fault", {}, 60))
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(minutes=5))
    assert leases.claim("second", can_see=False) is None


def test_a_job_that_is_added_for_later_is_due_by_the_same_clock(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() - timedelta(minutes=5))
    jobs.add(Job.Kind.REBUILD, after=timedelta(minutes=1))
    monkeypatch.undo()
    assert leases.claim("other", can_see=False) is None
