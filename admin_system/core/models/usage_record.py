"""What one caller has taken of one model on one day."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class UsageRecord(models.Model):
    """Written in batches by `core.usage`."""

    owner = models.CharField(_("asked by"), max_length=100)
    """As `access.Caller.owner`."""
    day = models.DateField(_("day"))
    """In the site's time zone."""
    model = models.CharField(_("model"), max_length=100)
    """Name of the configuration, or of the embedding model."""
    requests = models.PositiveBigIntegerField(_("requests"), default=0)
    prompt_tokens = models.PositiveBigIntegerField(_("prompt tokens"), default=0)
    cached_tokens = models.PositiveBigIntegerField(_("of them not computed again"), default=0)
    completion_tokens = models.PositiveBigIntegerField(_("answer tokens"), default=0)
    pictures = models.PositiveBigIntegerField(_("pictures"), default=0)
    errors = models.PositiveBigIntegerField(_("errors"), default=0)

    class Meta:
        verbose_name = _("usage")
        verbose_name_plural = _("usage")
        ordering: ClassVar[list[str]] = ["-day", "owner", "model"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["owner", "day", "model"], name="one_usage_per_owner_day_and_model"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["day"], name="usage_day")]

    def __str__(self) -> str:
        return f"{self.owner} {self.day} {self.model}"
