"""An embedding model that the library may use; vectors of different ones never meet."""

from __future__ import annotations

from typing import ClassVar, cast

from django.db import models
from django.utils.translation import gettext_lazy as _

from admin_system.vector_search.embedder import EmbedderKind, EmbedderSpec, Precision


class EmbeddingProfile(models.Model):
    class Kind(models.TextChoices):
        BUNDLED = "bundled", _("The bundled model (reads English)")
        FOLDER = "folder", _("A folder of sentence-transformers")
        URL = "url", _("An OpenAI-compatible service")
        HASH = "hash", _("Hashed words (for trials)")

    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    path = models.CharField(_("folder"), max_length=500, blank=True)
    url = models.CharField(_("address"), max_length=500, blank=True)
    """Base address of the service, ending in /v1."""
    model = models.CharField(_("model there"), max_length=200, blank=True)
    api_key = models.CharField(_("key"), max_length=500, blank=True)
    query_prompt = models.CharField(max_length=500, null=True, blank=True)  # noqa: DJ001
    """None takes the model's own, an empty one none."""
    document_prompt = models.CharField(max_length=500, null=True, blank=True)  # noqa: DJ001
    scripts = models.JSONField(null=True, blank=True)
    """What it reads; None measures it."""
    device = models.CharField(_("device"), max_length=20, blank=True)
    precision = models.CharField(_("precision"), max_length=10, default="auto")
    dim = models.PositiveIntegerField(default=256)
    """Of the kind `hash`; the others tell their own."""
    key = models.CharField(max_length=300, blank=True, editable=False)
    """`EmbedderProfile.key` of the vectors that are kept; empty before the first load."""
    is_current = models.BooleanField(_("current"), default=False, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("embedding model")
        verbose_name_plural = _("embedding models")
        ordering: ClassVar[list[str]] = ["-is_current", "name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["is_current"],
                condition=models.Q(is_current=True),
                name="one_current_embedding_profile",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def spec(self) -> EmbedderSpec:
        return EmbedderSpec(
            kind=cast("EmbedderKind", self.kind),
            path=self.path,
            url=self.url,
            model=self.model,
            key=self.api_key,
            query_prompt=self.query_prompt,
            document_prompt=self.document_prompt,
            scripts=None if self.scripts is None else frozenset(self.scripts),
            device=self.device,
            precision=cast("Precision", self.precision),
            dim=self.dim,
        )
