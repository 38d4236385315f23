"""How far the first administrator of an installation has come with its guide."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class FirstSteps(models.Model):
    """Made with the administrator whose password was printed; others have none."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="first_steps"
    )
    password_set = models.BooleanField(default=False)
    """The printed password was replaced in the guide."""
    finished_at = models.DateTimeField(null=True)
    """Gone through or skipped; the guide does not come again."""

    def __str__(self) -> str:
        return str(self.user)
