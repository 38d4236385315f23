"""`manage.py use_engine URL`: writes down a service elsewhere as a model configuration."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from admin_system.core.models import ModelConfig


class Command(BaseCommand):
    help = "A configuration for another of these services, which answers in this one's place."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", metavar="URL", help="for example http://127.0.0.1:8001")
        parser.add_argument("--name", default="engine")

    def handle(self, *args: Any, **options: Any) -> None:
        address = str(options["url"]).rstrip("/")
        if not address.endswith("/v1"):
            address += "/api/v1"
        row = ModelConfig.objects.filter(name=options["name"]).first()
        row = row or ModelConfig(name=options["name"])
        row.kind, row.upstream_url, row.upstream_is_ours = ModelConfig.Kind.REMOTE, address, True
        try:
            row.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        row.save()
        self.stdout.write(f"{row.name}: {row.upstream_url}")
