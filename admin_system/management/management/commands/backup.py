"""`manage.py backup FILE`: database, documents, pictures, settings, while the service runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from admin_system.core.management.spoken import SpokenCommand
from admin_system.env import get_env
from admin_system.management.backups.writing import write_backup

KEPT_DAYS = 14


def daily_target() -> Path:
    """Of now; what is older than KEPT_DAYS goes. Backups before an upgrade are kept."""
    folder = get_env().data_dir / "backups"
    oldest = datetime.now(UTC) - timedelta(days=KEPT_DAYS)
    for path in folder.glob("daily-*.zip"):
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) < oldest:
            path.unlink()
    return folder / f"daily-{datetime.now(UTC):%Y%m%d-%H%M%S}.zip"


class Command(SpokenCommand):
    help = "Writes database, documents, pictures and settings into one file."

    def add_arguments(self, parser: CommandParser) -> None:
        place = parser.add_mutually_exclusive_group(required=True)
        place.add_argument("file", metavar="FILE", type=Path, nargs="?")
        place.add_argument(
            "--daily",
            action="store_true",
            help=f"into the data folder, by the day's name; {KEPT_DAYS} days are kept",
        )
        parser.add_argument(
            "--without-files",
            action="store_true",
            help="neither documents nor pictures: a bucket may have backups of its own",
        )
        parser.add_argument(
            "--with-secrets",
            action="store_true",
            help="also keys of other services and the secret key; keep such a file safe",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["file"] or daily_target()
        with self.faults_as_sentences():
            manifest = write_backup(
                target,
                with_secrets=options["with_secrets"],
                with_files=not options["without_files"],
            )
        size = f"{target.stat().st_size / 2**20:.1f}"
        self.tell("backup_written", path=str(target), files=len(manifest.files), size=size)
