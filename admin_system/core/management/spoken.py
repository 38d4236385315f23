"""A command that says everything in the site's language: results, progress and failures."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import get_language

from admin_system.core.errors import CoreError
from admin_system.core.types import Language, LoadProgress
from admin_system.messages import find_language, sentence

TERMINAL_SECONDS = 0.2
LOG_SECONDS = 30.0
"""Between two lines of progress, on a terminal and elsewhere."""


class SpokenCommand(BaseCommand):
    _shown_at = -LOG_SECONDS
    """When progress was told last; on a terminal its line is still open."""
    _shown = ""

    @property
    def language(self) -> Language:
        return find_language(get_language())

    def say(self, code: str, **values: object) -> str:
        return sentence(code, self.language, **values)

    def tell(self, code: str, **values: object) -> None:
        """A character that the terminal or file cannot hold becomes a question mark."""
        self.end_line()
        encoding = getattr(self.stdout, "encoding", None) or "utf-8"
        text = self.say(code, **values)
        self.stdout.write(text.encode(encoding, "replace").decode(encoding))

    def show_progress(self, progress: LoadProgress) -> None:
        """On a terminal one line that changes, elsewhere a line now and then."""
        terminal, now = self.stderr.isatty(), time.monotonic()
        pause = TERMINAL_SECONDS if terminal else LOG_SECONDS
        text = f"{self.say(progress.stage)} {progress.fraction:.0%}"
        if progress.bytes_done is not None and progress.bytes_total:
            text += f"  {progress.bytes_done / 1e6:,.1f} / {progress.bytes_total / 1e6:,.1f} MB"
        last = progress.fraction >= 1 and text != self._shown
        if now - self._shown_at < pause and not last:
            return
        self._shown_at, self._shown = now, text
        line, end = (f"\r{text:<60}", "") if terminal else (text, "\n")
        self.stderr.write(line, style_func=str, ending=end)

    def end_line(self) -> None:
        if self._shown_at > 0 and self.stderr.isatty():
            self._shown_at = -LOG_SECONDS
            self.stderr.write("")

    @contextmanager
    def faults_as_sentences(self) -> Iterator[None]:
        """Raises CommandError for a CoreError; the log goes to its files alone."""
        with quiet_console():
            try:
                yield
            except CoreError as error:
                self.end_line()
                raise CommandError(self.say(error.code, **error.values)) from error


@contextmanager
def quiet_console() -> Iterator[None]:
    """Lines of the log, and tracebacks in them, do not stand between what a command says."""
    consoles = [
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler, logging.StreamHandler)
        and not isinstance(handler, logging.FileHandler)
    ]
    levels = [handler.level for handler in consoles]
    for handler in consoles:
        handler.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for handler, level in zip(consoles, levels, strict=True):
            handler.setLevel(level)
