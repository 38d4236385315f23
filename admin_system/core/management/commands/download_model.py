"""`manage.py download_model NAME`: a model from the Hub or ModelScope, checked and registered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from admin_system.core.folders import MODELS
from admin_system.core.management.spoken import SpokenCommand
from admin_system.core.registration import register_folder
from admin_system.env import get_env

INTERRUPTED = 130
"""Exit code of a program that was stopped with Ctrl+C, by custom."""


class Command(SpokenCommand):
    help = "Downloads a model, checks every file, and makes a model configuration of it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="owner/name, for example Qwen/Qwen2-VL-2B-Instruct")
        parser.add_argument(
            "--source",
            choices=("hub", "modelscope"),
            default="hub",
            help="the Hugging Face Hub, or ModelScope, quicker from China (default: %(default)s)",
        )
        parser.add_argument("--revision", help="branch, tag or commit (default: the newest)")
        parser.add_argument("--to", type=Path, help="folder to make (default: in the data folder)")
        parser.add_argument("--endpoint", help="address of a mirror of the source")
        parser.add_argument(
            "--no-register", action="store_true", help="only download, make no configuration"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        from admin_system.core.checkpoints.downloads import download_model

        name: str = options["name"]
        target: Path = options["to"] or get_env().data_dir / MODELS / name.rpartition("/")[2]
        target = target.expanduser().absolute()
        with self.faults_as_sentences():
            try:
                download_model(
                    name,
                    target,
                    self.show_progress,
                    source=options["source"],
                    revision=options["revision"],
                    endpoint=options["endpoint"],
                )
            except KeyboardInterrupt as error:
                self.end_line()
                raise CommandError(self.say("download_stopped"), returncode=INTERRUPTED) from error
            self.tell("download_complete", folder=target)
            if not options["no_register"]:
                row = register_folder(target)
                self.tell("download_registered", model=row.name)
