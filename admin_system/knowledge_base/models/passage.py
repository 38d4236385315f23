"""A passage, its vectors, and what it is in the indexes: its primary key is its id there."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from admin_system.knowledge_base.models.document import Document
from admin_system.knowledge_base.models.embedding_profile import EmbeddingProfile


class Passage(models.Model):
    document = models.ForeignKey(
        Document, on_delete=models.CASCADE, related_name="passages", verbose_name=_("document")
    )
    ordinal = models.PositiveIntegerField()
    """0-based, in the order of the document."""
    text = models.TextField(_("text"))
    context = models.TextField(blank=True)
    """What stands in front of the text in both indexes, as `PassageDraft.context`."""
    headings = models.JSONField(_("headings"), default=list)
    page = models.PositiveIntegerField(_("page"), null=True)
    last_page = models.PositiveIntegerField(null=True)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    """`document.full_text.text[start:end]` is the text, unless it was edited since."""
    pictures = models.JSONField(default=list)
    """SHA-256 of the document's pictures that stand in it; see `services.pictures`."""
    picture = models.CharField(max_length=64, blank=True, default="")
    """SHA-256 of the picture that it is: its vector is the picture's, by its words it is found
    where they stand in the text. Empty for a passage of text."""
    is_question = models.BooleanField(_("question"), default=False)
    live = models.BooleanField(default=False)
    """Published: only such ones stand in the indexes. Others are being made."""
    enabled = models.BooleanField(_("in use"), default=True)
    """Switched off by hand, it stands in no index."""
    edited = models.BooleanField(_("edited"), default=False)

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        ordering: ClassVar[list[str]] = ["document", "ordinal"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["document", "live", "ordinal"], name="passages_of_a_document"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id}/{self.ordinal}"

    @property
    def indexed_text(self) -> str:
        """What it is found by: of a picture no words."""
        return "" if self.picture else self.context + self.text


class PassageVector(models.Model):
    passage = models.ForeignKey(Passage, on_delete=models.CASCADE, related_name="vectors")
    profile = models.ForeignKey(EmbeddingProfile, on_delete=models.CASCADE, related_name="vectors")
    data = models.BinaryField()
    """float32, little endian, of unit length; empty where the model cannot read the text, which
    then stands on the keyword leg alone."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["profile", "passage"], name="one_vector_per_passage_and_profile"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile_id}/{self.passage_id}"
