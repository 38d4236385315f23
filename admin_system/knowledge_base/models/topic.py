"""A topic: the shelf that documents stand on, and the border that a search keeps to."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class ShownTopics(models.Manager["Topic"]):
    def get_queryset(self) -> models.QuerySet[Topic]:
        return super().get_queryset().filter(deleting=False)


class Topic(models.Model):
    name = models.CharField(_("name"), max_length=100, unique=True)
    """In any language; compared as written, without white space at its ends."""
    description = models.CharField(_("description"), max_length=500, blank=True)
    deleting = models.BooleanField(default=False, editable=False)
    """Gone for everybody; the row waits for the last of its documents to be erased."""
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects: ClassVar[ShownTopics] = ShownTopics()
    all_objects: ClassVar[models.Manager[Topic]] = models.Manager()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name
