"""A document of a topic: where its bytes are, what was made of them, and how far the work is."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from admin_system.knowledge_base.models.topic import Topic


class Document(models.Model):
    """A new upload under the same name takes the same row; its former passages are found until
    the new ones take their place in one transaction."""

    class Kind(models.TextChoices):
        FILE = "file", _("File")
        TEXT = "text", _("Text")
        QUESTIONS = "questions", _("Questions and answers")

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        PARSING = "parsing", _("Reading")
        WAITING = "waiting", _("Waiting")
        SPLITTING = "splitting", _("Splitting")
        EMBEDDING = "embedding", _("Embedding")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        PAUSED = "paused", _("Paused")
        CANCELLED = "cancelled", _("Cancelled")
        DELETING = "deleting", _("Deleting")

    WORKING = (State.QUEUED, State.PARSING, State.SPLITTING, State.EMBEDDING)

    topic = models.ForeignKey(
        Topic, on_delete=models.PROTECT, related_name="documents", verbose_name=_("topic")
    )
    name = models.CharField(_("file"), max_length=300)
    """What tells it from others of its topic: a file's name, its path below a synchronised
    folder, or the title of a text."""
    title = models.CharField(_("title"), max_length=300)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.FILE)
    format = models.CharField(_("format"), max_length=20, blank=True)
    """As in `readers.READERS`; known once it was read."""
    sha256 = models.CharField(max_length=64, db_index=True)
    """Of its bytes, hexadecimal, under which `storage` keeps them."""
    size = models.PositiveBigIntegerField(_("size"), default=0)
    """In bytes."""
    source = models.CharField(_("folder"), max_length=500, blank=True)
    """Of the synchronised folder that it came from; empty for all others."""
    owner = models.CharField(_("added by"), max_length=100, default="local")
    """As `access.Caller.owner`."""
    version = models.PositiveIntegerField(_("version"), default=1)
    """Counts the contents that it had."""
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.QUEUED, db_index=True
    )
    progress = models.FloatField(_("progress"), default=0.0)
    """0..1 of the work on the present content."""
    error_code = models.CharField(max_length=60, blank=True)
    """A code of `messages`: why it failed or waits."""
    error_values = models.JSONField(default=dict)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    notices = models.JSONField(default=list)
    """`[{"code", "values"}]`: what the reader left out."""
    page_unit = models.CharField(max_length=10, blank=True)
    """page, slide, sheet or chapter; empty where it has none."""
    page_count = models.PositiveIntegerField(_("pages"), default=0)
    indexed_sha256 = models.CharField(max_length=64, blank=True)
    """Of the content that its passages are made of; empty before the first ones."""
    created_at = models.DateTimeField(_("created"), auto_now_add=True, db_index=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["topic", "name"], name="one_document_per_name"),
        ]

    def __str__(self) -> str:
        return self.title


class DocumentText(models.Model):
    """The whole text of a document as read; the offsets of its passages point into it.

    A row of its own, so that lists of documents stay light.
    """

    document = models.OneToOneField(
        Document, on_delete=models.CASCADE, primary_key=True, related_name="full_text"
    )
    text = models.TextField()

    def __str__(self) -> str:
        return str(self.document_id)
