"""`manage.py use_embedding_model bundled|FOLDER|URL`: embeds everything anew, then switches."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import CommandError, CommandParser

from admin_system.knowledge_base.crew import Crew
from admin_system.knowledge_base.management.library_command import LibraryCommand
from admin_system.knowledge_base.management.stopping import hear_stop
from admin_system.knowledge_base.models import Job
from admin_system.knowledge_base.services.profiles import (
    cancel_change,
    change_profile,
    suggest_name,
)
from admin_system.vector_search.embedder import EmbedderSpec

LOOK_SECONDS = 0.5


class Command(LibraryCommand):
    help = (
        "Changes the embedding model. Searches go on with the former one until everything is "
        "embedded with the new one. Ctrl+C leaves the rest to the server or to run_jobs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "model",
            nargs="?",
            metavar="bundled|FOLDER|URL",
            help="the one that ships, a sentence-transformers folder, or an OpenAI-compatible "
            "address ending in /v1",
        )
        parser.add_argument("--model", dest="remote", default="", help="the model's name at URL")
        parser.add_argument("--key", default="", help="key of the service at URL")
        parser.add_argument("--name", default="", help="what to call it here")
        parser.add_argument("--query-prompt", help="stands before questions")
        parser.add_argument("--document-prompt", help="stands before passages")
        parser.add_argument("--device", default="", help="cpu, cuda:0 …")
        parser.add_argument("--no-wait", action="store_true", help="leave the work to others")
        parser.add_argument("--cancel", action="store_true", help="call off a change that runs")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["cancel"]:
            self._cancel()
            return
        if not options["model"]:
            raise CommandError(self.say("profile_not_named"))
        spec = to_spec(options)
        name = options["name"] or suggest_name(spec)
        with self.faults_as_sentences():
            job = change_profile(name, spec)
            self.tell("profile_change_begun", name=name)
            if not options["no_wait"]:
                self._work(job, name)

    def _work(self, job: Job, name: str) -> None:
        crew = Crew(1, can_see=lambda: False)
        with hear_stop() as stopped:
            crew.start()
            try:
                self._watch(job, stopped)
            finally:
                crew.stop()
        job.refresh_from_db()
        if job.state == Job.State.DONE:
            self.tell("profile_changed", name=name)
        elif job.state in (Job.State.FAILED, Job.State.CANCELLED):
            reason = self.say(job.error_code, **job.error_values) if job.error_code else ""
            raise CommandError(self.say("profile_unchanged", name=name) + f" {reason}".rstrip())
        else:
            self.tell("profile_change_left", name=name)

    def _watch(self, job: Job, stopped: threading.Event) -> None:
        shown = -1
        while not stopped.wait(LOOK_SECONDS):
            job.refresh_from_db()
            percent = int(100 * job.progress)
            if percent // 5 != shown // 5:
                shown = percent
                self.tell("profile_progress", percent=percent)
            if job.state not in Job.ACTIVE:
                return

    def _cancel(self) -> None:
        changes = Job.objects.filter(kind=Job.Kind.EMBED, state__in=Job.ACTIVE)
        cancelled = [job for job in changes if cancel_change(job)]
        self.tell("profile_change_cancelled" if cancelled else "profile_change_none")


def to_spec(options: dict[str, Any]) -> EmbedderSpec:
    model: str = options["model"]
    prompts = {
        "query_prompt": options["query_prompt"],
        "document_prompt": options["document_prompt"],
        "device": options["device"],
    }
    if model == "bundled":
        return EmbedderSpec(kind="bundled", **prompts)
    if model == "hash":
        return EmbedderSpec(kind="hash", **prompts)
    if urlsplit(model).scheme in {"http", "https"}:
        remote, key = options["remote"], options["key"]
        return EmbedderSpec(kind="url", url=model, model=remote, key=key, **prompts)
    return EmbedderSpec(kind="folder", path=str(Path(model).expanduser().absolute()), **prompts)
