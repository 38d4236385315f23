"""What is wrong with the library at this moment."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q

from admin_system.core.alerts import Alert
from admin_system.knowledge_base.clock import read_clock
from admin_system.knowledge_base.models import Document, Job

PATIENCE = timedelta(minutes=5)
"""How long work may lie about while nobody works at all."""


def library_alerts() -> list[Alert]:
    alerts = []
    if failed := Document.objects.filter(state=Document.State.FAILED).count():
        alerts.append(Alert("alert_documents_failed", "warn", "documents", {"count": failed}))
    if idle := count_idle_jobs():
        minutes = round(PATIENCE.total_seconds() / 60)
        values: dict[str, object] = {"count": idle, "minutes": minutes}
        alerts.append(Alert("alert_jobs_stand_still", "bad", "documents", values))
    return alerts


def count_idle_jobs() -> int:
    """Of those that are due; none while a worker is busy, since they only wait their turn."""
    now = read_clock()
    running = Job.objects.filter(state=Job.State.RUNNING)
    if running.filter(leased_until__gte=now).exists():
        return 0
    long_ago = now - PATIENCE
    due = Q(run_after=None) | Q(run_after__lt=long_ago)
    queued = Job.objects.filter(due, state=Job.State.QUEUED, updated_at__lt=long_ago)
    return queued.count() + running.filter(leased_until__lt=long_ago).count()
