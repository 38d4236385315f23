"""`manage.py move_files [FROM]`: documents and pictures to where QWEN_VL_FILES says."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from admin_system.core.management.spoken import SpokenCommand
from admin_system.management.moving.files import move_files


class Command(SpokenCommand):
    help = (
        "Copies all documents and pictures of a folder or bucket to the place that QWEN_VL_FILES "
        "names, and compares them. Stop the service first. It can be repeated."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "source",
            metavar="FROM",
            nargs="?",
            default="",
            help="a folder, or s3://bucket/prefix; the data folder, if left out",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with self.faults_as_sentences():
            moved = move_files(options["source"])
        self.tell(
            "move_files_done",
            files=moved.files,
            size=f"{moved.size / 2**20:.1f}",
            there=moved.there,
        )
