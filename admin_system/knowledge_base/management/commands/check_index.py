"""`manage.py check_index [--repair]`: whether rows, vectors, indexes and files say the same."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from admin_system.knowledge_base.checking import check_library
from admin_system.knowledge_base.management.library_command import LibraryCommand
from admin_system.knowledge_base.models import Document, Job, Passage


class Command(LibraryCommand):
    help = (
        "Compares rows, keyword index, vectors, index file and stored files. Ends with 0 when all "
        "is well or was repaired, with 1 when something is left."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="put right what can be")

    def handle(self, *args: Any, **options: Any) -> None:
        repair: bool = options["repair"]
        left = repaired = 0
        with self.faults_as_sentences():
            for finding in check_library(repair=repair):
                mended = repair and finding.repair is not None
                repaired, left = repaired + mended, left + (not mended)
                told = self.say(finding.code, **finding.values)
                verdict = self.say("check_repaired" if mended else "check_left")
                self.tell("check_finding", told=told, verdict=verdict)
        waiting = Job.objects.filter(state__in=(Job.State.QUEUED, Job.State.RUNNING)).count()
        if waiting:
            self.tell("check_jobs_wait", jobs=waiting)
        if left:
            raise CommandError(self.say("check_not_well" if repair else "check_call_repair"))
        passages = Passage.objects.filter(live=True).count()
        self.tell(
            "check_well", documents=Document.objects.count(), passages=passages, repaired=repaired
        )
