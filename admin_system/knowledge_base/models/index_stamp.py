"""What an index inside the database was made with, so that a change of it is noticed."""

from __future__ import annotations

from django.db import models


class IndexStamp(models.Model):
    KEYWORDS = "keywords"

    name = models.CharField(max_length=20, primary_key=True)
    value = models.CharField(max_length=200)
    """Of the keyword index `tokens_version()`."""

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"
