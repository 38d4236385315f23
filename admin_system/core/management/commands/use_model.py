"""`manage.py use_model NAME|FOLDER`: that model is the current one from the next start on."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import get_language

from admin_system.core.catalog import list_configs
from admin_system.core.errors import CoreError, ModelNotFound
from admin_system.core.registration import choose_model
from admin_system.messages import find_language, sentence


class Command(BaseCommand):
    help = "Makes a model the current one; a folder that is not known yet gets a configuration."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("model", metavar="NAME|FOLDER")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            row = choose_model(options["model"])
        except CoreError as error:
            told = sentence(error.code, find_language(get_language()), **error.values)
            if isinstance(error, ModelNotFound):
                told += f" ({', '.join(config.name for config in list_configs())})"
            raise CommandError(told) from error
        self.stdout.write(f"{row.name}: {row.path or row.upstream_url or row.kind}")
