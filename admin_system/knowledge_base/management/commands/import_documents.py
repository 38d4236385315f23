"""`manage.py import_documents [FOLDER]`: a folder's files become a topic's documents."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from admin_system.core.management.spoken import SpokenCommand, quiet_console
from admin_system.env import get_env
from admin_system.knowledge_base.errors import BadName
from admin_system.knowledge_base.models import Document
from admin_system.knowledge_base.services.synchronising import (
    Synchronised,
    synchronise_folder,
    topic_folders,
)
from admin_system.knowledge_base.worker import Worker

LISTS = ("added", "changed", "renamed", "removed", "kept")
LOOK_SECONDS = 0.5
"""Between two looks at documents that another process works on."""


class Command(SpokenCommand):
    help = "Keeps a topic as a folder has it; without FOLDER all of knowledge_base/documents/."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path)
        parser.add_argument("--topic", help="the topic's name (default: the folder's)")
        parser.add_argument(
            "--keep", action="store_true", help="keep documents whose files are gone"
        )
        parser.add_argument(
            "--wait", action="store_true", help="work until all can be searched, or have failed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path | None = options["folder"]
        folders = topic_folders() if folder is None else [folder]
        if not folders:
            place = get_env().knowledge_dir / "documents"
            raise CommandError(self.say("import_no_folders", folder=place))
        with quiet_console():
            done = [self._synchronise(one, options) for one in folders]
            if options["wait"]:
                self._wait(done)

    def _synchronise(self, folder: Path, options: dict[str, Any]) -> Synchronised:
        topic = options["topic"] or folder.expanduser().resolve().name
        try:
            done = synchronise_folder(folder, topic, remove_vanished=not options["keep"])
        except NotADirectoryError as error:
            raise CommandError(self.say("import_folder_missing", folder=folder)) from error
        except BadName as error:
            raise CommandError(self.say(error.code, **error.values)) from error
        for name in LISTS:
            for file in getattr(done, name):
                self.tell(f"import_{name}", name=file)
        for refused in done.left_out:
            reason = self.say(refused.code, **refused.values)
            self.tell("import_left_out", name=refused.name, reason=reason)
        if done.kept and not options["keep"]:
            self.tell("import_folder_empty", folder=folder)
        counts = {name: len(getattr(done, name)) for name in (*LISTS, "unchanged", "left_out")}
        self.tell("import_topic", topic=done.topic.name, **counts)
        return done

    def _wait(self, done: list[Synchronised]) -> None:
        """Works along, so that no server is needed. Raises CommandError where one has failed."""
        rows = Document.objects.filter(topic__in=[one.topic for one in done])
        rows = rows.exclude(state=Document.State.DELETING)
        while True:
            Worker().run(until_empty=True)
            if not rows.filter(state__in=Document.WORKING).exists():
                break
            time.sleep(LOOK_SECONDS)
        failed = list(rows.filter(state=Document.State.FAILED))
        for row in failed:
            reason = self.say(row.error_code, **row.error_values)
            self.tell("import_failed", name=row.name, reason=reason)
        ready = rows.filter(state=Document.State.READY).count()
        waiting = rows.filter(state=Document.State.WAITING).count()
        self.tell("import_ready", ready=ready, waiting=waiting, total=rows.count())
        if failed:
            total = rows.count()
            raise CommandError(self.say("import_some_failed", failed=len(failed), total=total))
