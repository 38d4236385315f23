"""Which topics a user may read and change: the user's own list and those of the groups."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, User
from django.db.models import Q

from admin_system.core.models import TopicBinding


def find_topics(user: User) -> frozenset[int] | None:
    """Numbers; None means all. Staff are bound to none: they keep the whole library.

    The lists add up; a group without one gives nothing and takes nothing.
    """
    if user.is_staff or user.is_superuser:
        return None
    mine = Q(user=user) | Q(group__in=user.groups.all())
    lists = TopicBinding.objects.filter(mine).values_list("topics", flat=True)
    return frozenset(number for one in lists for number in one) or None


def bound_topics(to: User | Group) -> list[int]:
    """The list of this user or group alone; empty for one without."""
    binding = TopicBinding.objects.filter(**holder(to)).first()
    return list(binding.topics) if binding is not None else []


def bind_topics(to: User | Group, topics: Iterable[int]) -> None:
    """Takes the place of the former list; an empty one sets free."""
    wanted = sorted(set(topics))
    if wanted:
        TopicBinding.objects.update_or_create(defaults={"topics": wanted}, **holder(to))
    else:
        TopicBinding.objects.filter(**holder(to)).delete()


def holder(to: User | Group) -> dict[str, Any]:
    return {"user" if isinstance(to, User) else "group": to}
