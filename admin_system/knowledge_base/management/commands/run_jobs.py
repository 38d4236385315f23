"""`manage.py run_jobs`: reads, embeds and indexes documents, beside a server or in its place."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from admin_system.core.catalog import ask_elsewhere
from admin_system.knowledge_base.crew import Crew
from admin_system.knowledge_base.management.library_command import LibraryCommand
from admin_system.knowledge_base.management.stopping import hear_stop
from admin_system.knowledge_base.models import Job

LOOK_SECONDS = 0.5
"""Python hears Ctrl+C on Windows between two waits only."""


class Command(LibraryCommand):
    help = "Works on documents that are to be read, until it is stopped with Ctrl+C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workers", type=int, default=2, choices=range(1, 33), metavar="1..32")
        parser.add_argument(
            "--until-empty", action="store_true", help="end when nothing is left to do"
        )
        parser.add_argument(
            "--ask-engine",
            action="store_true",
            help="read scans and pictures with the current model, where it runs elsewhere",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        crew = Crew(options["workers"])
        with hear_stop() as stopped:
            if options["ask_engine"]:
                ask_elsewhere()
            crew.start()
            try:
                self.tell("jobs_started", workers=options["workers"])
                while not stopped.wait(LOOK_SECONDS):
                    if options["until_empty"] and not crew.is_busy():
                        break
            finally:
                crew.stop()
        left = Job.objects.filter(state__in=(Job.State.QUEUED, Job.State.RUNNING)).count()
        self.tell("jobs_stopped", left=left)
