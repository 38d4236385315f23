"""`manage.py restore FILE`: the data folder as a backup has it; the server must be stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandParser

from admin_system.core.management.spoken import SpokenCommand
from admin_system.management.backups.restoring import restore_backup


class Command(SpokenCommand):
    help = "Puts a backup into the data folder. Stop the server first."
    requires_system_checks = ()  # the database may be what is broken

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--replace",
            action="store_true",
            help="the folder holds data now; they are moved to before-restore",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with self.faults_as_sentences():
            manifest = restore_backup(options["file"], replace=options["replace"])
        call_command("migrate", interactive=False, verbosity=0)
        self.tell("backup_restored", files=len(manifest.files), moment=manifest.created_at)
