"""Makes an API key and prints it once."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from admin_system.core.access import make_api_key
from admin_system.core.management.spoken import SpokenCommand
from admin_system.core.models.api_key import Scope, default_scopes
from admin_system.core.topics import find_topic_numbers


class Command(SpokenCommand):
    help = "Makes an API key and prints it; it cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="who or what uses the key")
        parser.add_argument(
            "--scopes",
            nargs="+",
            choices=Scope.values,
            default=default_scopes(),
            help="what the key may be used for (default: %(default)s)",
        )
        parser.add_argument(
            "--topic",
            action="append",
            default=[],
            metavar="NAME",
            help="a topic of the knowledge base that the key is bound to; may be repeated "
            "(default: all topics)",
        )
        parser.add_argument("--days", type=int, help="how long it is valid (default: for ever)")

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["days"]
        if days is not None and days < 1:
            raise CommandError(f"--days is {days}; it is at least 1")
        expires_at = None if days is None else timezone.now() + timedelta(days=days)
        with self.faults_as_sentences():
            topics = find_topic_numbers(options["topic"])
        row, secret = make_api_key(
            options["name"], scopes=options["scopes"], topics=topics, expires_at=expires_at
        )
        told = self.say("key_made", name=row.name, scopes=", ".join(row.scopes))
        self.stderr.write(told, style_func=str)
        self.stdout.write(secret)
