"""`manage.py rebuild_index`: both indexes anew from the database; searches go on meanwhile."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from admin_system.knowledge_base.management.library_command import LibraryCommand
from admin_system.knowledge_base.services.rebuilding import rebuild_keywords, rebuild_vectors


class Command(LibraryCommand):
    help = "Makes the keyword index and the vector index anew; nothing is embedded again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", choices=("keywords", "vectors"), help="one of them")

    def handle(self, *args: Any, **options: Any) -> None:
        with self.faults_as_sentences():
            if options["only"] != "vectors":
                self.tell("rebuilt_keywords", passages=rebuild_keywords())
            if options["only"] != "keywords":
                self.tell("rebuilt_vectors", passages=rebuild_vectors())
