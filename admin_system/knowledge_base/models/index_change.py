"""What an index has still to look at: passages that came, changed or went, in their order."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class IndexChange(models.Model):
    """Written in the transaction of the change itself. It names the passage only: whoever replays
    it asks the database what the passage is now, so that looking twice does no harm."""

    sequence = models.BigAutoField(primary_key=True)
    """The watermark of an index is the last one it has seen."""
    passage_id = models.BigIntegerField()
    """No foreign key: it outlives the passage."""

    class Meta:
        ordering: ClassVar[list[str]] = ["sequence"]

    def __str__(self) -> str:
        return f"{self.sequence}: {self.passage_id}"
