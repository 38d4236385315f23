"""Documents that failed and work that nobody does are told to those who look after the service."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from admin_system.core.events import tell
from admin_system.core.models import ServiceEvent
from admin_system.knowledge_base.models import Job, Topic
from admin_system.knowledge_base.services.adding import NewDocument, add_document, add_text
from admin_system.knowledge_base.services.alerts import PATIENCE, library_alerts
from admin_system.knowledge_base.tests.conftest import Work


def test_a_failed_document_is_an_alert_and_an_event(library: Topic, work: Work) -> None:
    add_text(NewDocument(library, "good"), "机器每周清洗一次。")
    add_document(NewDocument(library, "blank.txt"), [b" \r\n"])
    work()
    [alert] = library_alerts()
    assert (alert.code, alert.values) == ("alert_documents_failed", {"count": 1})
    [event] = ServiceEvent.objects.all()
    said = tell(event.kind, event.values, "en")
    assert said.startswith("The document “blank.txt” could not be indexed: ")
    assert "{" not in said


def test_work_stands_still_only_while_nobody_works(library: Topic) -> None:
    add_text(NewDocument(library, "first"), "机器每周清洗一次。")
    add_text(NewDocument(library, "second"), "泵房的钥匙在门卫那里。")
    assert library_alerts() == []
    now = timezone.now()
    Job.objects.update(updated_at=now - PATIENCE - timedelta(seconds=1))
    [alert] = library_alerts()
    assert (alert.code, alert.values["count"]) == ("alert_jobs_stand_still", 2)
    held = Job.objects.filter(pk=Job.objects.order_by("pk")[0].pk)
    held.update(state=Job.State.RUNNING, leased_until=now + timedelta(seconds=30))
    assert library_alerts() == []
    held.update(leased_until=now - PATIENCE - timedelta(seconds=1))
    assert library_alerts()[0].values["count"] == 2
