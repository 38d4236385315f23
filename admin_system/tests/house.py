"""Where the house stands and which files are its own, for the rules that hold everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from admin_system.env import BASE_DIR

ROOT = BASE_DIR
FOLDERS = ("admin_system", "scripts", "docs", "logs", "knowledge_base", ".ci")
WRITTEN_BY_PROGRAMS = {"__pycache__", "migrations", "charts", "indexes"}
FROM_OTHERS = {"vendor"}
"""Folders of what others made and ships unchanged; THIRD_PARTY.md names it."""


def own_files(*endings: str) -> Iterator[Path]:
    """The project's own files of these endings; at the top, in `FOLDERS`, none a run has left."""
    for path in sorted(ROOT.iterdir()):
        if path.is_file() and path.suffix in endings:
            yield path
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in endings and not (WRITTEN_BY_PROGRAMS | FROM_OTHERS) & set(path.parts):
                yield path


def name_of(path: Path) -> str:
    """As a reader of the project calls a file."""
    return path.relative_to(ROOT).as_posix()
