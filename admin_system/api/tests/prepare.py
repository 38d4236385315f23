"""Fills a new data folder for a server under test: tables, an echo model, two topics, keys."""

from __future__ import annotations

import json
import sys

import django
from django.core.management import call_command

MANUALS, ORDERS = "手册", "Orders"
"""The topics that there are."""


def main(embedder: str) -> None:
    """`embedder` is the kind of the embedding model that is in use."""
    django.setup()
    from admin_system.core.models import ModelConfig
    from admin_system.knowledge_base.models import EmbeddingProfile, Topic

    call_command("migrate", verbosity=0)
    ModelConfig.objects.create(name="echo", alias="parrot", kind="echo")
    EmbeddingProfile.objects.update(is_current=False)
    profile = EmbeddingProfile.objects.filter(kind=embedder).first()
    profile = profile or EmbeddingProfile(name=embedder, kind=embedder)
    profile.is_current = True
    profile.save()
    manuals, orders = (Topic.objects.create(name=name) for name in (MANUALS, ORDERS))
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
