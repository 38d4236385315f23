"""A set of pictures on the image page: what was dropped there, in the order in which it came."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _


def new_set_id() -> str:
    return f"set_{uuid4().hex}"


def new_picture_id() -> str:
    return f"pic_{uuid4().hex}"


class PictureSet(models.Model):
    id = models.CharField(max_length=40, primary_key=True, default=new_set_id, editable=False)
    owner = models.CharField(max_length=100, db_index=True)
    """As `access.Caller.owner`."""
    title = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    """Of the last picture, analysis or edit; from it the days are counted that a set is kept."""

    class Meta:
        verbose_name = _("picture set")
        verbose_name_plural = _("picture sets")
        ordering: ClassVar[list[str]] = ["-updated_at", "-id"]

    def __str__(self) -> str:
        return self.title or self.id


class SetPicture(models.Model):
    id = models.CharField(max_length=40, primary_key=True, default=new_picture_id, editable=False)
    picture_set = models.ForeignKey(PictureSet, on_delete=models.CASCADE, related_name="pictures")
    name = models.CharField(max_length=200)
    """Of the file as it was sent."""
    file = models.FileField(max_length=200)
    """As it was sent, or upright anew; boxes are pixels of it, after its EXIF orientation."""
    thumbnail = models.FileField(max_length=200)
    stored_bytes = models.PositiveBigIntegerField(default=0, editable=False)
    """Of its two files together."""
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("picture of a set")
        verbose_name_plural = _("pictures of sets")
        ordering: ClassVar[list[str]] = ["created_at", "id"]

    def __str__(self) -> str:
        return self.name
