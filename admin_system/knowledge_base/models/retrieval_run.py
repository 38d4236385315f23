"""One measurement of the search against a set of questions; kept, so that a fall is seen."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class RetrievalRun(models.Model):
    question_set = models.CharField(_("question set"), max_length=200)
    """Name of the set, not of its file's folder."""
    topic = models.CharField(_("topic"), max_length=100)
    profile_key = models.CharField(max_length=300, blank=True)
    """Of the embedding model that was in use."""
    questions = models.PositiveIntegerField(_("questions"))
    figures = models.JSONField(default=dict)
    """`{"hybrid": {"hit@1", "hit@5", "mrr", "ndcg@10", "p50_ms"}, "vector": …, "keyword": …}`"""
    created_at = models.DateTimeField(_("created"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("retrieval measurement")
        verbose_name_plural = _("retrieval measurements")
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.question_set} {self.created_at:%Y-%m-%d %H:%M}"
