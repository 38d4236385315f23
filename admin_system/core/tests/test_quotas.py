"""How much a caller may take, and that what it took is not forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from admin_system.core import quotas, usage
from admin_system.core.access import Caller
from admin_system.core.limits import Limits
from admin_system.core.models import UsageRecord
from admin_system.core.quotas import Gate, QuotaExceeded
from admin_system.core.usage import Ledger, Taken, get_ledger


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def caller(owner: str = "key:1", **limits: int) -> Caller:
    return Caller(owner, frozenset({"chat"}), "key", limits=Limits(**limits))


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> Ledger:
    get_ledger.cache_clear()
    return get_ledger()


def test_a_minutes_requests_come_back_evenly() -> None:
    clock = Clock()
    gate, one = Gate(clock), caller(requests_per_minute=6)
    for _ in range(6):
        gate.enter(one).leave()
    with pytest.raises(QuotaExceeded, match="rate_limit_exceeded") as refused:
        gate.enter(one)
    assert refused.value.retry_after == 10
    left = gate.requests(one)
    assert left is not None
    assert (left.limit, left.remaining, left.reset) == (6, 0, 60.0)
    clock.now += 9.9
    with pytest.raises(QuotaExceeded):
        gate.enter(one)  # and a refusal costs nothing
    clock.now += 0.2
    gate.enter(one).leave()
    clock.now += 3600
    for _ in range(6):
        gate.enter(one).leave()  # a long silence saves no more than a minute's
    with pytest.raises(QuotaExceeded):
        gate.enter(one)
    gate.enter(caller("key:2", requests_per_minute=6)).leave()


def test_who_is_long_gone_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Strangers have an owner for each address that there is."""
    monkeypatch.setattr(quotas, "MANY", 10)
    clock = Clock()
    gate = Gate(clock)
    for number in range(10):
        gate.enter(caller(f"anonymous:{number}", requests_per_minute=1)).leave()
    clock.now += 59
    gate.enter(caller("anonymous:last", requests_per_minute=1)).leave()
    clock.now += 2
    for number in range(10, 40):
        gate.enter(caller(f"anonymous:{number}", requests_per_minute=1)).leave()
    assert len(gate._buckets) == 31
    with pytest.raises(QuotaExceeded):
        gate.enter(caller("anonymous:last", requests_per_minute=1))


def test_requests_at_once_are_counted_until_they_leave() -> None:
    gate, one = Gate(), caller(concurrent_requests=2, requests_per_minute=100)
    first, _second = gate.enter(one), gate.enter(one)
    with pytest.raises(QuotaExceeded, match="requests_at_once_exceeded"):
        gate.enter(one)
    left = gate.requests(one)
    assert left is not None
    assert left.remaining == 98
    first.leave()
    first.leave()
    gate.enter(one)
    with pytest.raises(QuotaExceeded):
        gate.enter(one)


@pytest.mark.django_db
def test_a_days_tokens_are_remembered_across_a_restart(ledger: Ledger) -> None:
    gate, one = Gate(), caller(daily_tokens=100)
    gate.enter(one).leave()
    ledger.add("key:1", "echo", Taken(1, prompt_tokens=60, completion_tokens=39))
    ledger.add("key:2", "echo", Taken(1, prompt_tokens=900))
    gate.enter(one).leave()
    ledger.add("key:1", "other", Taken(1, completion_tokens=1))
    with pytest.raises(QuotaExceeded, match="daily_tokens_spent") as refused:
        gate.enter(one)
    assert 0 < refused.value.retry_after <= 24 * 3600
    ledger.write()
    get_ledger.cache_clear()  # a new process
    with pytest.raises(QuotaExceeded):
        gate.enter(one)
    left = gate.tokens(one)
    assert left is not None
    assert (left.limit, left.remaining) == (100, 0)
    UsageRecord.objects.update(day=timezone.localdate() - timedelta(days=1))
    get_ledger.cache_clear()
    gate.enter(one).leave()


@pytest.mark.django_db
def test_batches_add_up_in_one_row(ledger: Ledger) -> None:
    for _ in range(3):
        ledger.add("key:1", "echo", Taken(1, 10, 4, 5, 2, 1))
    ledger.write()
    ledger.add("key:1", "echo", Taken(1, 10, 4, 5, 2, 0))
    ledger.write()
    ledger.write()
    row = UsageRecord.objects.get()
    assert (row.owner, row.day, row.model) == ("key:1", timezone.localdate(), "echo")
    counts = (row.requests, row.prompt_tokens, row.cached_tokens, row.completion_tokens)
    assert (*counts, row.pictures, row.errors) == (4, 40, 16, 20, 8, 3)


@pytest.mark.django_db
def test_what_could_not_be_written_is_written_later(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(key: tuple[str, date, str], taken: Taken) -> None:
        raise DatabaseError("locked")

    ledger.add("key:1", "echo", Taken(1, 10))
    with monkeypatch.context() as broken:
        broken.setattr(usage, "write_down", fail)
        with pytest.raises(DatabaseError):
            ledger.write()
    assert ledger.spent_today("key:1") == 10
    ledger.add("key:1", "echo", Taken(1, 5))
    assert ledger.spent_today("key:1") == 15
    ledger.write()
    assert UsageRecord.objects.get().prompt_tokens == 15
