"""A key by which a program is known; only its digest is kept."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """What a key may be used for."""

    CHAT = "chat", _("Chat")
    ANALYZE = "analyze", _("Analyse pictures")
    SEARCH = "search", _("Search the knowledge base")
    DOCUMENTS = "documents", _("Add and remove documents")
    ADMIN = "admin", _("Load and unload models")


def default_scopes() -> list[str]:
    return [Scope.CHAT.value, Scope.ANALYZE.value, Scope.SEARCH.value]


class ApiKey(models.Model):
    name = models.CharField(
        _("name"), max_length=100, help_text=_("Who or what uses it, for example a program's name.")
    )
    prefix = models.CharField(_("begins with"), max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    """SHA-256 of the whole key, hexadecimal; enough, since the key is 256 random bits."""
    scopes = models.JSONField(_("rights"), default=default_scopes)
    topics = models.JSONField(_("topics"), default=list, blank=True)
    """Numbers of the topics that it is bound to; an empty list binds it to none in particular."""
    owner_note = models.CharField(
        _("whose it is"),
        max_length=200,
        blank=True,
        help_text=_("Whom to ask about it: a person, a team, a ticket."),
    )
    requests_per_minute = models.PositiveIntegerField(
        _("requests a minute"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Further ones are told to wait. Empty: no limit."),
    )
    concurrent_requests = models.PositiveIntegerField(
        _("requests at once"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("How many may be on their way at a time. Empty: no limit."),
    )
    daily_tokens = models.PositiveBigIntegerField(
        _("tokens a day"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Of questions and answers together, counted from midnight. Empty: no limit."),
    )
    stored_bytes = models.PositiveBigIntegerField(
        _("bytes kept"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Of documents and pictures together. Empty: as the settings say."),
    )
    expires_at = models.DateTimeField(
        _("valid until"), null=True, blank=True, help_text=_("Empty: for ever.")
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    last_used_at = models.DateTimeField(
        _("last used"), null=True, editable=False, help_text=_("To the minute.")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_valid(self) -> bool:
        """Neither revoked nor expired."""
        if self.revoked_at is not None:
            return False
        return self.expires_at is None or self.expires_at > timezone.now()
