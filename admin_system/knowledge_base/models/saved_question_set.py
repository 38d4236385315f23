"""A set of questions that is kept here, so that the search can be measured again and again."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedQuestionSet(models.Model):
    name = models.CharField(_("name"), max_length=200, unique=True)
    """Runs are kept under it."""
    paragraphs = models.JSONField(default=list)
    """Texts; each is the right answer to its questions."""
    questions = models.JSONField(default=list)
    """`[[question, place of its paragraph]]`"""
    paragraph_count = models.PositiveIntegerField(_("paragraphs"), default=0)
    question_count = models.PositiveIntegerField(_("questions"), default=0)
    owner = models.CharField(_("added by"), max_length=100, default="local")
    """As `access.Caller.owner`."""
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("question set")
        verbose_name_plural = _("question sets")
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name
