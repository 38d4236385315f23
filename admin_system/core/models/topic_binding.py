"""The topics that a user, or everybody in a group, is bound to."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _


class TopicBinding(models.Model):
    """Of a user or of a group, never of both. Who has none, and is in no group that has one, is
    bound to no topic in particular."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="topic_binding"
    )
    group = models.OneToOneField(
        Group, on_delete=models.CASCADE, null=True, related_name="topic_binding"
    )
    topics = models.JSONField(_("topics"), default=list)
    """Numbers, as `ApiKey.topics`; an empty list binds to none in particular."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=True) ^ models.Q(group__isnull=True),
                name="binding_of_a_user_or_a_group",
            )
        ]

    def __str__(self) -> str:
        return str(self.user or self.group)
