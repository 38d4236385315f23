"""A picture found in a document, and the words that a vision model said about it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from admin_system.knowledge_base.models.document import Document


class DocumentPicture(models.Model):
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="pictures")
    number = models.PositiveIntegerField()
    """Index into `Reading.pictures` of the content that had it last."""
    page = models.PositiveIntegerField(null=True)
    source = models.CharField(max_length=10)
    """scan, embedded or file."""
    sha256 = models.CharField(max_length=64, db_index=True)
    """Of its bytes, under which `storage` keeps them."""
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    words = models.TextField(_("description"), blank=True)
    """Empty also where a model looked at it and had nothing to say."""
    described_by = models.CharField(max_length=100, blank=True)
    """Name of the model configuration; empty while it waits for one."""

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering: ClassVar[list[str]] = ["document", "number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # While a new content is read, pictures of it and of the former stand side by side.
            models.UniqueConstraint(fields=["document", "sha256"], name="one_picture_per_content"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id}/{self.number}"
