"""A model that is being downloaded, was, or could be gone on with."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class ModelDownload(models.Model):
    """Written by `core.fetching` alone."""

    class State(models.TextChoices):
        RUNNING = "running"
        STOPPED = "stopped"
        FAILED = "failed"
        DONE = "done"

    class Source(models.TextChoices):
        HUB = "hub", "Hugging Face Hub"
        MODELSCOPE = "modelscope", "ModelScope"

    name = models.CharField(max_length=200)
    """owner/name at the source."""
    source = models.CharField(max_length=12, choices=Source)
    revision = models.CharField(max_length=100, blank=True)
    """Empty for the newest files."""
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    bytes_done = models.PositiveBigIntegerField(default=0)
    bytes_total = models.PositiveBigIntegerField(null=True)
    """None until the source has told."""
    error = models.JSONField(null=True)
    """Why it failed: `{"code", "values"}`."""
    model = models.CharField(max_length=100, blank=True)
    """Name of the configuration that came of it."""
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("download")
        verbose_name_plural = _("downloads")
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["name", "source", "revision"], name="one_download_per_model"
            ),
        ]

    def __str__(self) -> str:
        return self.name
