"""One analysed picture: question, answer, boxes, and its two small files."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import uuid4

from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from admin_system.core.models.picture_set import SetPicture

TITLE_CHARACTERS = 80


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
    labels = models.JSONField(_("looked for"), default=list)
    """Names that were to be found; empty where the question says it."""
    boxes = models.JSONField(_("boxes"), default=list)
    """The model's own: `[{"label", "box": [x1, y1, x2, y2]}]`, pixels of the upright picture as
    sent."""
    edited_boxes = models.JSONField(_("edited boxes"), null=True)
    """As somebody has left them, in the same form; null until somebody edits."""
    picture = models.ForeignKey(
        SetPicture,
        on_delete=models.CASCADE,
        null=True,
        related_name="analyses",
        verbose_name=_("picture of a set"),
    )
    """Null where the picture came with the question and was not kept."""
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    thumbnail = models.FileField(_("picture"), max_length=200, blank=True)
    """At most 256 pixels a side."""
    boxed_image = models.FileField(_("picture with boxes"), max_length=200, blank=True)
    """In the picture's own pixels; empty where there is no box. Drawn anew after an edit where the
    picture is kept."""
    stored_bytes = models.PositiveBigIntegerField(default=0, editable=False)
    """Of its two files together."""
    usage = models.JSONField(_("tokens"), default=dict)
    seconds = models.FloatField(_("seconds"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("analysis")
        verbose_name_plural = _("analyses")
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]

    def __str__(self) -> str:
        """Its picture's name, else what was found first; never the question, which is private."""
        if self.picture is not None:
            return self.picture.name
        found = next((str(box["label"]) for box in self.shown_boxes if box.get("label")), "")
        return Truncator(found or self.id).chars(TITLE_CHARACTERS)

    @property
    def asked(self) -> str:
        """What was wanted of the picture, in words of the page's language; never empty."""
        if self.labels:
            return gettext("Find: %s") % gettext(", ").join(self.labels)
        return self.query.strip() or gettext("Boxes drawn by hand")

    @property
    def shown_boxes(self) -> list[dict[str, Any]]:
        """The edited ones, else the model's own."""
        boxes: list[dict[str, Any]] = self.boxes if self.edited_boxes is None else self.edited_boxes
        return boxes

    @property
    def is_drawn_as_shown(self) -> bool:
        """Whether `boxed_image` has the boxes that are shown."""
        drawn_anew = self.picture_id is not None or self.edited_boxes is None
        return bool(self.boxed_image) and drawn_anew
