"""Fills a new data folder for a server under test: tables, an echo model, topics, keys, people."""

from __future__ import annotations

import json
import sys

import django
from django.core.management import call_command

MANUALS, ORDERS = "手册", "Orders"
"""The topics that there are."""
PASSWORD = "a-long-enough-password-7"  # noqa: S105 - of servers that live for a test
PEOPLE = {"root": "administrator", "operator": "operator", "colleague": "user"}
"""Who can log in with `PASSWORD`, where people are wanted, and their roles."""


def main(embedder: str, *people: str) -> None:
    """`embedder` is the kind of the embedding model that is in use; `people` are of `PEOPLE`."""
    django.setup()
    from django.contrib.auth.models import User

    from admin_system.core.models import ModelConfig
    from admin_system.core.roles import Role, give_role
    from admin_system.knowledge_base.models import EmbeddingProfile, Topic

    call_command("migrate", verbosity=0)
    ModelConfig.objects.create(name="echo", alias="parrot", kind="echo")
    EmbeddingProfile.objects.update(is_current=False)
    profile = EmbeddingProfile.objects.filter(kind=embedder).first()
    profile = profile or EmbeddingProfile(name=embedder, kind=embedder)
    profile.is_current = True
    profile.save()
    manuals, orders = (Topic.objects.create(name=name) for name in (MANUALS, ORDERS))
    for name in people:
        give_role(User.objects.create_user(name, password=PASSWORD), Role(PEOPLE[name]))
    sys.stdout.write(json.dumps(make_keys(manuals.pk, orders.pk)))


def make_keys(manuals: int, orders: int) -> dict[str, str]:
    from admin_system.core.access import EVERYTHING, make_api_key

    keys = {
        "chat": (["chat"], []),
        "everything": (sorted(EVERYTHING), []),
        "searcher": (["search"], []),
        "reader": (["search"], [manuals]),
        "keeper": (["documents", "search"], [manuals]),
        "other": (["documents", "search"], [orders]),
    }
    return {
        name: make_api_key(name, scopes=scopes, topics=topics)[1]
        for name, (scopes, topics) in keys.items()
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
