"""Everything that the admin logs of its rows goes into the audit too."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from admin_system.core.audit import record_audit
from admin_system.core.models.audit_entry import Action

DEEDS = {
    "load": Action.LOADED,
    "reload": Action.LOADED,
    "activate": Action.ACTIVATED,
    "unload": Action.UNLOADED,
    "revoked_at": Action.REVOKED,
    "password": Action.PASSWORD,
    "lock": Action.LOCKED,
    "unlock": Action.UNLOCKED,
    "second_factor": Action.SECOND_FACTOR,
}
"""What is logged as the one field of a change, though it is a deed of its own."""


class Audited(ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """Put in front of every class that is registered with the site (`site.py`)."""

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        record_audit(request, Action.CREATED, obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        fields = find_fields(message)
        deed = DEEDS.get(fields[0]) if len(fields) == 1 else None
        record_audit(request, deed or Action.CHANGED, obj, () if deed else fields)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for row in queryset:
            record_audit(request, Action.DELETED, row)
        return super().log_deletions(request, queryset)


def find_fields(message: Any) -> list[str]:
    """Of a change, as `ModelAdmin.construct_change_message` words it."""
    if not isinstance(message, list):
        return []
    changes = [part.get("changed", {}) for part in message if isinstance(part, dict)]
    return [str(field) for change in changes for field in change.get("fields", ())]
