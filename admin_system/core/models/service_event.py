"""Something that happened to the service, for those who look after it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class ServiceEvent(models.Model):
    kind = models.CharField(max_length=40)
    """A code of `messages`; `events.TONES` has them all."""
    values = models.JSONField(default=dict)
    """Of its sentence."""
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return self.kind
