"""`manage.py move_database [FILE]`: the rows of SQLite into the PostgreSQL of the site."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from admin_system.core.management.spoken import SpokenCommand
from admin_system.env import get_env
from admin_system.management.moving.rows import move_rows


class Command(SpokenCommand):
    help = (
        "Copies all rows of a SQLite database into the PostgreSQL that QWEN_VL_DATABASE_URL "
        "names, and compares counts and search results. Stop the service first."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", metavar="FILE", type=Path, nargs="?", help="the data folder's, if left out"
        )
        parser.add_argument(
            "--replace", action="store_true", help="what the PostgreSQL holds by now may go"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"] or get_env().data_dir / "db.sqlite3"

        def report(table: str, rows: int) -> None:
            if rows:
                self.tell("move_table", table=table, rows=rows)

        with self.faults_as_sentences():
            rows = move_rows(path, replace=options["replace"], report=report)
        self.tell("move_done", rows=rows)
