"""Administrator, operator, user: what each role may, as Django's permissions say it."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission, User
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

OPERATORS = "operator"
"""Name of the group; its permissions are set anew with every `migrate`."""
ALL = ("view", "add", "change", "delete")
OPERATED: dict[str, dict[str, tuple[str, ...]]] = {
    "core": {
        "modelconfig": ALL,
        "prompttemplate": ALL,
        "promptversion": ALL,
        "analysisrecord": ("view", "change", "delete"),
        "modeldownload": ALL,
        "serviceevent": ("view",),
        "usagerecord": ("view",),
    },
    "knowledge_base": {
        "topic": ALL,
        "document": ALL,
        "passage": ("view", "change"),
        "job": ("view", "change", "delete"),
        "embeddingprofile": ALL,
        "retrievalrun": ALL,
        "savedquestionset": ALL,
    },
}
"""App -> model -> what operators may do with its rows. Keys, users, groups and the audit are not
theirs; nor are the conversations of people."""


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    OPERATOR = "operator", _("Operator")
    USER = "user", _("User")


EXPLAINED = {
    Role.ADMINISTRATOR: _("May do everything, including keys, users and the audit."),
    Role.OPERATOR: _(
        "Runs the models, the prompt templates, the knowledge base and the service, and sees all "
        "analyses and the usage. No keys, no users, no audit."
    ),
    Role.USER: _("Chats and analyses pictures. Sees only what is their own, and no admin page."),
}


def role_of(user: User) -> Role:
    if user.is_superuser:
        return Role.ADMINISTRATOR
    return Role.OPERATOR if user.is_staff else Role.USER


def give_role(user: User, role: Role) -> None:
    """Saves the user; other groups than the operators' stay as they are."""
    user.is_superuser = role is Role.ADMINISTRATOR
    user.is_staff = role is not Role.USER
    with transaction.atomic():
        user.save()
        operators, _made = Group.objects.get_or_create(name=OPERATORS)
        if role is Role.OPERATOR:
            user.groups.add(operators)
        else:
            user.groups.remove(operators)


def is_last_administrator(user: User) -> bool:
    """Without this one, nobody could let anybody in."""
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    return user.is_superuser and user.is_active and not others.exists()


def grant_operators(sender: AppConfig, **options: Any) -> None:
    """After `migrate`: the group is there and has exactly the permissions of `OPERATED`."""
    if sender.label not in OPERATED:
        return
    create_permissions(sender, verbosity=0, using=options.get("using", "default"))
    wanted = Q(pk__in=())
    for model, deeds in OPERATED[sender.label].items():
        wanted |= Q(content_type__model=model, codename__in=[f"{deed}_{model}" for deed in deeds])
    operators, _made = Group.objects.get_or_create(name=OPERATORS)
    of_app = Permission.objects.filter(content_type__app_label=sender.label)
    operators.permissions.remove(*of_app.exclude(wanted))
    operators.permissions.add(*of_app.filter(wanted))
