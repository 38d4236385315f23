"""The guide of the first visit: whose it is, and that it comes once."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from admin_system.core.models import FirstSteps


def find_first_steps(user: AbstractBaseUser | AnonymousUser) -> FirstSteps | None:
    """None for everybody who is not to be guided, or no longer."""
    if not user.is_authenticated:
        return None
    return FirstSteps.objects.filter(user_id=user.pk, finished_at=None).first()


def finish_first_steps(steps: FirstSteps) -> None:
    steps.finished_at = timezone.now()
    steps.save(update_fields=["finished_at"])
