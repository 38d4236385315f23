"""A piece of background work: leased by one worker, resumed by the next when that one dies."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from admin_system.knowledge_base.models.document import Document
from admin_system.knowledge_base.models.embedding_profile import EmbeddingProfile


class Job(models.Model):
    class Kind(models.TextChoices):
        INDEX = "index", _("Read and index a document")
        REMOVE = "remove", _("Remove a document")
        EMBED = "embed", _("Embed everything with another model")
        DROP = "drop", _("Drop the vectors of a former model")
        REBUILD = "rebuild", _("Build the indexes anew")
        CHECK = "check", _("Check the indexes")
        EVALUATE = "evaluate", _("Measure the search")

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        WAITING = "waiting", _("Waiting")
        PAUSED = "paused", _("Paused")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    class Wish(models.TextChoices):
        PAUSE = "pause", _("Pause")
        CANCEL = "cancel", _("Cancel")

    ACTIVE = (State.QUEUED, State.RUNNING, State.WAITING, State.PAUSED)
    WISHED: ClassVar[dict[str, str]] = {Wish.PAUSE: State.PAUSED, Wish.CANCEL: State.CANCELLED}
    """The state that each wish leads to."""

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    document = models.ForeignKey(
        Document,
        on_delete=models.SET_NULL,
        null=True,
        related_name="jobs",
        verbose_name=_("document"),
    )
    profile = models.ForeignKey(EmbeddingProfile, on_delete=models.SET_NULL, null=True)
    wanted = models.JSONField(default=dict)
    """Of work on the whole library: what exactly, as `services.library_jobs` reads it."""
    result = models.JSONField(default=dict)
    """What came of it, for who asked."""
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    wish = models.CharField(max_length=10, blank=True)
    """pause or cancel: what a running job shall do at its next look."""
    requests = models.PositiveIntegerField(default=0)
    """How often it was asked for; a worker that has the job and finds more at its end than at its
    start leaves it queued."""
    progress = models.FloatField(_("progress"), default=0.0)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    """How often a worker took it up."""
    worker = models.CharField(max_length=100, blank=True)
    """Host, process and thread that hold the lease."""
    leased_until = models.DateTimeField(null=True)
    """Renewed by the worker's heartbeat; a job whose lease has passed is taken up anew."""
    run_after = models.DateTimeField(null=True)
    """Not before; set after a fault that may pass."""
    error_code = models.CharField(max_length=60, blank=True)
    error_values = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering: ClassVar[list[str]] = ["id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "id"], name="jobs_by_state"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["kind", "document"],
                condition=models.Q(state__in=["queued", "running", "waiting", "paused"]),
                name="one_active_job_per_document",
            ),
            models.UniqueConstraint(
                fields=["kind", "profile"],
                condition=models.Q(state__in=["queued", "running", "waiting", "paused"]),
                name="one_active_job_per_profile",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
