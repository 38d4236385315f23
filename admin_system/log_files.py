"""Log files that never take the service down: on a disk that is full, in a folder that is gone."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path


class SteadyLogFile(RotatingFileHandler):
    """Python's own prints a traceback for each line that it cannot write, and goes on writing to a
    file that was removed. This one says once that lines are lost, and once how many were."""

    def __init__(self, *given: object, **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]
        self.lost = 0
        """Lines since the last one that was written."""

    def emit(self, record: logging.LogRecord) -> None:
        lost = self.lost
        self._let_go_of_removed()
        super().emit(record)
        if lost and self.lost == lost:
            self.lost = 0
            say(f"{self.baseFilename} is written again; {lost} lines were lost")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """What could not be written of it is thrown away with the open file."""
        error = sys.exception()
        if not isinstance(error, OSError):
            super().handleError(record)  # the record itself is at fault
            return
        self.lost += 1
        if self.lost == 1:
            say(f"{self.baseFilename} cannot be written: {error}")
        stream, self.stream = self.stream, None
        if stream is not None:
            with suppress(OSError):
                stream.close()

    def _let_go_of_removed(self) -> None:
        """Windows keeps open files from being removed."""
        path = Path(self.baseFilename)
        if path.exists():
            return
        if self.stream is not None:
            with suppress(OSError):
                self.stream.close()
            self.stream = None
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)


def say(what: str) -> None:
    """Where no log can be written, and perhaps nothing else either."""
    with suppress(OSError, ValueError):
        print(what, file=sys.stderr, flush=True)  # noqa: T201
