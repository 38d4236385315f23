"""Fills a new data folder for a server under test: tables, an echo model, two keys."""

from __future__ import annotations

import json
import sys

import django
from django.core.management import call_command


def main() -> None:
    django.setup()
    from admin_system.core.access import make_api_key
    from admin_system.core.models import ModelConfig

    call_command("migrate", verbosity=0)
    ModelConfig.objects.create(name="echo", alias="parrot", kind="echo")
    _, chat = make_api_key("chat", scopes=["chat"])
    _, everything = make_api_key("everything", scopes=["chat", "analyze", "admin"])
    sys.stdout.write(json.dumps({"chat": chat, "everything": everything}))


if __name__ == "__main__":
    main()
