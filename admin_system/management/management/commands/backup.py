"""`manage.py backup FILE`: database, documents, pictures and settings, while the service runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from admin_system.core.management.spoken import SpokenCommand
from admin_system.management.backups.writing import write_backup


class Command(SpokenCommand):
    help = "Writes database, documents, pictures and settings into one file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--with-secrets",
            action="store_true",
            help="also keys of other services and the secret key; keep such a file safe",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["file"]
        with self.faults_as_sentences():
            manifest = write_backup(target, with_secrets=options["with_secrets"])
        size = f"{target.stat().st_size / 2**20:.1f}"
        self.tell("backup_written", path=str(target), files=len(manifest.files), size=size)
