"""A command of the library, which says the faults of its two rooms as sentences too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError

from admin_system.core.management.spoken import SpokenCommand
from admin_system.knowledge_base.errors import KnowledgeError
from admin_system.vector_search.errors import SearchError


class LibraryCommand(SpokenCommand):
    @contextmanager
    def faults_as_sentences(self) -> Iterator[None]:
        """Raises CommandError."""
        with super().faults_as_sentences():
            try:
                yield
            except (KnowledgeError, SearchError) as error:
                self.end_line()
                raise CommandError(self.say(error.code, **error.values)) from error
