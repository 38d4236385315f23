"""One analysed picture: question, answer, boxes, and its two small files."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _


def new_analysis_id() -> str:
    return f"an_{uuid4().hex}"


class AnalysisRecord(models.Model):
    id = models.CharField(
        _("number"), max_length=40, primary_key=True, default=new_analysis_id, editable=False
    )
    owner = models.CharField(_("asked by"), max_length=100, db_index=True)
    model = models.CharField(_("model"), max_length=100)
    query = models.TextField(_("question"))
    result = models.TextField(_("answer"))
    boxes = models.JSONField(_("boxes"), default=list)
    """`[{"label", "box": [x1, y1, x2, y2]}]`, pixels of the upright picture as sent."""
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    thumbnail = models.FileField(_("picture"), max_length=200, blank=True)
    """At most 256 pixels a side."""
    boxed_image = models.FileField(_("picture with boxes"), max_length=200, blank=True)
    """In the picture's own pixels; empty where the answer has no box."""
    usage = models.JSONField(_("tokens"), default=dict)
    seconds = models.FloatField(_("seconds"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("analysis")
        verbose_name_plural = _("analyses")
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.id
