"""One administrative action: who did what to what, when, from where."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    """What was done."""

    CREATED = "created", _("Created")
    CHANGED = "changed", _("Changed")
    DELETED = "deleted", _("Deleted")
    LOADED = "loaded", _("Loaded")
    UNLOADED = "unloaded", _("Unloaded")
    ACTIVATED = "activated", _("Made current")
    REVOKED = "revoked", _("Revoked")
    LOCKED = "locked", _("Locked")
    UNLOCKED = "unlocked", _("Unlocked")
    PASSWORD = "password", _("Set a password")
    SECOND_FACTOR = "second_factor", _("Changed the second factor")
    LOGGED_IN = "logged_in", _("Logged in")
    LOCKED_OUT = "locked_out", _("Locked out after wrong passwords")
    CALLED = "called", _("Called the API")


class AuditEntry(models.Model):
    """Nobody changes or deletes one in the admin; it names fields, never their values."""

    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)
    actor = models.CharField(_("who"), max_length=100, db_index=True)
    """As `access.Caller.owner`."""
    actor_name = models.CharField(_("who"), max_length=150)
    """As it was called then."""
    action = models.CharField(_("what"), max_length=20, choices=Action)
    kind = models.CharField(_("of what kind"), max_length=60, blank=True)
    """`app.model` of a row, `address` of an API's address."""
    number = models.CharField(_("number"), max_length=60, blank=True)
    """Primary key of the row."""
    name = models.CharField(_("on what"), max_length=200, blank=True)
    """As it was called then; of an address, method and path."""
    fields = models.JSONField(_("changed"), default=list)
    """Names of the fields that were changed."""
    address = models.CharField(_("from where"), max_length=64, blank=True)
    """Of the connection; empty for a command on the machine itself."""

    class Meta:
        verbose_name = _("administrative action")
        verbose_name_plural = _("administrative actions")
        ordering: ClassVar[list[str]] = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.action} {self.name}"
