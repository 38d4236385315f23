"""`manage.py check_files`: whether documents and pictures can be written, read and removed."""

from __future__ import annotations

from typing import Any

from admin_system.core.files_watch import try_out
from admin_system.core.management.spoken import SpokenCommand
from admin_system.env import get_env


class Command(SpokenCommand):
    help = "Writes, reads and removes a small file where QWEN_VL_FILES says."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        with self.faults_as_sentences():
            try_out()
        self.tell("files_well", place=get_env().files or str(get_env().data_dir))
