"""Owners of records as people know them: by the names of users and keys."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from admin_system.core.models import ApiKey
from admin_system.core.visitors import STRANGER


def name_owners(owners: Iterable[str]) -> dict[str, str]:
    """`access.Caller.owner` -> a name; who is gone keeps the number."""
    numbers: dict[str, set[str]] = {"user": set(), "key": set()}
    names = {}
    for owner in owners:
        kind, _separator, number = owner.partition(":")
        names[owner] = owner
        if number.isdigit() and kind in numbers:
            numbers[kind].add(number)
        elif kind == STRANGER and number:
            names[owner] = f"{_('Anybody')} ({number})"
    users = get_user_model().objects.filter(pk__in=numbers["user"])
    names |= {f"user:{user.pk}": user.get_username() for user in users}
    keys = ApiKey.objects.filter(pk__in=numbers["key"])
    names |= {f"key:{key.pk}": _("Key %s") % key.name for key in keys}
    fixed = {"local": _("This computer"), STRANGER: _("Anybody")}
    return {owner: fixed.get(owner, name) for owner, name in names.items()}
