"""Owners of records and requests in people's words: `user:3` is Lin Xiao."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth import get_user_model

from admin_system.core.models import ApiKey
from admin_system.core.visitors import STRANGER


def name_owners(owners: Iterable[str]) -> dict[str, str | None]:
    """Of a user the full name, else the login; of a key its name; of a stranger the address. None
    for those without one: the machine itself, the library, and whoever is gone."""
    named: dict[str, str | None] = dict.fromkeys(owners)
    for owner in named:
        kind, _, address = owner.partition(":")
        if kind == STRANGER and address:
            named[owner] = address
    users, keys = numbers_of("user", named), numbers_of("key", named)
    for user in get_user_model().objects.filter(pk__in=users) if users else ():
        named[f"user:{user.pk}"] = user.get_full_name() or user.get_username()
    for pk, name in ApiKey.objects.filter(pk__in=keys).values_list("pk", "name") if keys else ():
        named[f"key:{pk}"] = name
    return named


def numbers_of(kind: str, owners: Iterable[str]) -> list[int]:
    """Of `key:7`, `user:3` and `key:9` the keys' are 7 and 9."""
    parted = (owner.partition(":") for owner in owners)
    return [int(number) for name, _, number in parted if name == kind and number.isdecimal()]
