"""Makes an API key and prints it once."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from admin_system.core.access import make_api_key
from admin_system.core.audit import record_audit
from admin_system.core.limits import Limits
from admin_system.core.management.spoken import SpokenCommand
from admin_system.core.models.api_key import Scope, default_scopes
from admin_system.core.models.audit_entry import Action
from admin_system.core.topics import find_topic_numbers

LIMITS = {
    "rate": "requests a minute",
    "concurrent": "requests at once",
    "tokens": "tokens a day, of questions and answers together",
    "storage": "bytes of documents and pictures that it may keep",
}
"""In the order of `Limits`."""


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
        for name, words in LIMITS.items():
            parser.add_argument(f"--{name}", type=int, help=f"{words} (default: no limit)")
        parser.add_argument("--note", default="", help="whose it is: a person, a team, a ticket")
        parser.add_argument("--days", type=int, help="how long it is valid (default: for ever)")

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["days"]
        for name in LIMITS:
            if options[name] is not None and options[name] < 1:
                raise CommandError(f"--{name} is {options[name]}; it is at least 1")
        if days is not None and days < 1:
            raise CommandError(f"--days is {days}; it is at least 1")
        expires_at = None if days is None else timezone.now() + timedelta(days=days)
        with self.faults_as_sentences():
            topics = find_topic_numbers(options["topic"])
        row, secret = make_api_key(
            options["name"],
            scopes=options["scopes"],
            topics=topics,
            expires_at=expires_at,
            limits=Limits(*(options[name] for name in LIMITS)),
            owner_note=options["note"],
        )
        record_audit(None, Action.CREATED, row)
        told = self.say("key_made", name=row.name, scopes=", ".join(row.scopes))
        self.stderr.write(told, style_func=str)
        self.stdout.write(secret)
