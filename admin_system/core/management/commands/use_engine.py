"""`manage.py use_engine URL`: writes down a service elsewhere as a model configuration."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from admin_system.core.access import find_key, make_api_key
from admin_system.core.families import FAMILIES
from admin_system.core.models import ModelConfig
from admin_system.core.models.api_key import Scope


class Command(BaseCommand):
    help = "A configuration for another service, which answers in this one's place."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", metavar="URL", help="for example http://127.0.0.1:8001")
        parser.add_argument("--name", default="engine")
        parser.add_argument(
            "--elsewhere",
            action="store_true",
            help="any OpenAI-compatible service, such as vLLM; its URL ends in /v1",
        )
        parser.add_argument("--model", default="", help="what the service calls the model")
        parser.add_argument(
            "--family",
            default="",
            choices=[family.name for family in FAMILIES],
            help="how boxes are read",
        )
        parser.add_argument(
            "--make-key",
            action="store_true",
            help="make an API key for it where it has none: for a service on the same database",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        address = str(options["url"]).rstrip("/")
        if not address.endswith("/v1") and not options["elsewhere"]:
            address += "/api/v1"
        row = ModelConfig.objects.filter(name=options["name"]).first()
        row = row or ModelConfig(name=options["name"])
        if row.upstream_url != address:
            row.upstream_key = ""  # a key stays with its address
        row.kind, row.upstream_url = ModelConfig.Kind.REMOTE, address
        row.upstream_is_ours = not options["elsewhere"]
        row.upstream_model = options["model"] or row.upstream_model
        row.family = options["family"] or row.family
        try:
            row.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if options["make_key"] and not is_key_valid(row.upstream_key):
            scopes = (Scope.CHAT.value, Scope.ADMIN.value)
            row.upstream_key = make_api_key(row.name, scopes=scopes)[1]
        row.save()
        self.stdout.write(f"{row.name}: {row.upstream_url}")


def is_key_valid(secret: str) -> bool:
    known = find_key(secret) if secret else None
    return known is not None and known.is_valid
