"""Numbers beside the menu's entries of the service; nothing stands there where there is none."""

from __future__ import annotations

from django.http import HttpRequest

from admin_system.core.alerts import service_alerts
from admin_system.core.catalog import get_service
from admin_system.core.monitoring.monitor import get_monitor
from admin_system.knowledge_base.services.alerts import library_alerts


def count_requests(request: HttpRequest) -> str:
    """Answered now, and waiting."""
    del request
    stats = get_service().status().stats
    return show(stats.running + stats.waiting if stats else 0)


def count_alerts(request: HttpRequest) -> str:
    del request
    alerts = service_alerts(get_service().status(), get_monitor().read())
    return show(len(alerts) + len(library_alerts()))


def show(number: int) -> str:
    return str(number) if number else ""
