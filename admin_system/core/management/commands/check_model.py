"""`manage.py check_model FOLDER|NAME`: what a model is, whether it fits, and one answer of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import DatabaseError

from admin_system.core.catalog import get_config, list_configs, spec_of
from admin_system.core.errors import CoreError, LoadError, ModelNotFound, ModelOwnedElsewhere
from admin_system.core.management.spoken import SpokenCommand
from admin_system.core.ownership import ModelLock
from admin_system.core.registration import looks_like_folder
from admin_system.core.types import EngineSpec, LoadProgress
from admin_system.env import get_env


class Command(SpokenCommand):
    help = "Checks a model's files, whether it fits into memory, and asks it one question."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("model", metavar="FOLDER|NAME")
        parser.add_argument("--quick", action="store_true", help="only look, do not load the model")
        parser.add_argument("--json", action="store_true", help="one JSON object, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        self._for_programs: bool = options["json"]
        self._fields: dict[str, Any] = {"ok": False, "trial": None, "note": None, "error": None}
        with self.faults_as_sentences():
            try:
                self._check(options["model"], quick=options["quick"])
                self._fields["ok"] = True
            except CoreError as error:
                self._fields["error"] = self._in_words(error.code, error.values)
                raise
            finally:
                if self._for_programs:
                    self.stdout.write(json.dumps(self._fields))

    def _check(self, model: str, *, quick: bool) -> None:
        from admin_system.core.checkup import examine, try_out
        from admin_system.core.management import checkup_report as report

        spec = self._find(model)
        found = examine(spec)
        self._fields |= report.fields_of_findings(spec, found)
        self._tell_lines(report.lines_of_findings(spec, found))
        lock = ModelLock(get_env().data_dir / "model.lock")
        try:
            lock.acquire()
        except ModelOwnedElsewhere as owner:  # whose model also takes part of the memory
            self._fields["note"] = self._in_words("check_quick_only", owner.values)
            self._tell_lines([("check_quick_only", owner.values)])
            return
        try:
            found.memory.require_room()
            if not quick:
                trial = try_out(spec, self.language, self._show_load)
                self._fields["trial"] = report.fields_of_trial(trial)
                self._tell_lines(report.lines_of_trial(found, trial))
        finally:
            lock.release()
        self._tell_lines([("check_complete", {})])

    def _find(self, model: str) -> EngineSpec:
        """A folder need have no configuration. Raises LoadError."""
        folder = Path(model).expanduser()
        if folder.is_dir() or looks_like_folder(model):
            folder = folder.absolute()
            return EngineSpec(
                folder.name,
                "local",
                path=str(folder),
                threads=get_env().threads,
                decode_steps=get_env().decode_steps,
            )
        try:
            return spec_of(get_config(model))
        except ModelNotFound as error:
            known = ", ".join(row.name for row in list_configs())
            raise LoadError("check_unknown_model", model=model, known=known) from error
        except DatabaseError as error:
            raise LoadError("configurations_unreadable") from error

    def _in_words(self, code: str, values: dict[str, object]) -> dict[str, str]:
        return {"code": code, "message": self.say(code, **values)}

    def _tell_lines(self, lines: list[tuple[str, dict[str, object]]]) -> None:
        for code, values in () if self._for_programs else lines:
            self.tell(code, **values)

    def _show_load(self, progress: LoadProgress) -> None:
        if not self._for_programs:
            self.show_progress(progress)
