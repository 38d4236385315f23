"""A prompt template: how questions of one kind are put to the model, with its former versions."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

SLUG = r"[a-z0-9][a-z0-9_-]*"
SLUG_RULE = RegexValidator(
    rf"^{SLUG}\Z", _("Small letters, digits, - and _ only; a letter or digit first.")
)


class PromptTemplate(models.Model):
    """Written by `core.prompts` alone, which keeps versions and defaults in order."""

    class Kind(models.TextChoices):
        CHAT = "chat", pgettext_lazy("kind of template", "Chat")
        ANALYSIS = "analysis", pgettext_lazy("kind of template", "Analysis")
        DETECTION = "detection", pgettext_lazy("kind of template", "Detection")
        KNOWLEDGE = "knowledge", pgettext_lazy("kind of template", "Knowledge answer")

    class Language(models.TextChoices):
        CHINESE = "zh", _("Chinese")
        ENGLISH = "en", _("English")

    slug = models.CharField(max_length=60, unique=True, validators=[SLUG_RULE])
    """What a request gives as its template."""
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    text = models.TextField(_("text"))
    version = models.PositiveIntegerField(default=1)
    """Number of the version whose text this is."""
    is_default = models.BooleanField(_("default"), default=False)
    """Used where a request of its kind and language names no template."""
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("prompt template")
        verbose_name_plural = _("prompt templates")
        ordering: ClassVar[list[str]] = ["kind", "language", "name", "slug"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["kind", "language"],
                condition=models.Q(is_default=True),
                name="one_default_template_per_kind_and_language",
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class PromptVersion(models.Model):
    """A text that a template has had; the last one is what it has now."""

    template = models.ForeignKey(PromptTemplate, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    """From 1."""
    text = models.TextField()
    author = models.CharField(max_length=100)
    """As `access.Caller.owner`."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["template", "number"], name="one_text_per_version_of_a_template"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template_id}/{self.number}"
