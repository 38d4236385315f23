"""What happened to the service: rows that pages show in words, bounded in number."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any, Literal

from django.db import connections

from admin_system.core.metrics import EVENTS
from admin_system.core.models import ServiceEvent
from admin_system.core.types import Language
from admin_system.messages import sentence

logger = logging.getLogger(__name__)

KEPT = 2000
"""Rows; older ones go."""
PRUNED_EVERY = 50

Tone = Literal["ok", "info", "warn", "bad"]
TONES: dict[str, Tone] = {
    "event_service_started": "info",
    "event_model_loaded": "ok",
    "event_model_failed": "bad",
    "event_model_unloaded": "info",
    "event_model_broke_down": "bad",
    "event_document_failed": "warn",
    "event_disk_low": "warn",
    "event_memory_low": "warn",
    "event_gpu_lost": "bad",
    "event_request_stopped": "info",
    "event_login_locked": "warn",
}
"""Every kind of event, which is a code of `messages`, and how it looks."""


def record(kind: str, **values: object) -> None:
    """Blocks for one short writing, in any thread. What cannot be written goes to the log only:
    nothing fails because of it.

    `reason` among the values is a code of `messages` itself, with `reason_values`.
    """
    if kind not in TONES:
        raise ValueError(f"{kind} is no kind of event: {', '.join(TONES)}")
    EVENTS.labels(kind).inc()
    try:
        row = ServiceEvent.objects.create(kind=kind, values=plain(values))
        if row.pk % PRUNED_EVERY == 0:
            ServiceEvent.objects.filter(pk__lte=row.pk - KEPT).delete()
    except Exception:
        logger.exception("the event %s was not written down", kind)


def record_in_thread(kind: str, values: dict[str, object]) -> None:
    """As `record`, from a thread that ends or that nobody cleans up after."""
    try:
        record(kind, **values)
    finally:
        connections.close_all()


def tell(kind: str, values: Mapping[str, Any], language: Language) -> str:
    """The event, or an alert, as a sentence."""
    if "reason" in values:
        reason = sentence(values["reason"], language, **values.get("reason_values", {}))
        values = {**values, "reason": reason}
    return sentence(kind, language, **values)


def plain(values: dict[str, object]) -> dict[str, Any]:
    """As JSON keeps them; what it does not know, as text."""
    kept: dict[str, Any] = json.loads(json.dumps(values, default=str))
    return kept
