"""Whether rows, vectors, indexes and files say the same, and what to do where they do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from admin_system.knowledge_base.checking.documents import (
    find_left_drafts,
    find_lost_documents,
)
from admin_system.knowledge_base.checking.files import (
    find_missing_files,
    find_missing_pictures,
    find_unneeded_files,
    find_unneeded_pictures,
)
from admin_system.knowledge_base.checking.finding import Finding
from admin_system.knowledge_base.checking.indexes import (
    find_damaged_database,
    find_wrong_index_file,
    find_wrong_keywords,
)
from admin_system.knowledge_base.checking.vectors import (
    find_lacking_vectors,
    find_unused_vectors,
    find_wrong_vectors,
)

CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    find_damaged_database,
    find_lost_documents,
    find_left_drafts,
    find_wrong_vectors,
    find_lacking_vectors,
    find_unused_vectors,
    find_wrong_keywords,
    find_wrong_index_file,
    find_missing_files,
    find_missing_pictures,
    find_unneeded_files,
    find_unneeded_pictures,
)
"""In this order: what one repairs the next ones build on."""


def check_library(
    *, repair: bool = False, report: Callable[[float], None] = lambda _: None
) -> Iterator[Finding]:
    """Each finding as soon as it is made, repaired where that was asked for and can be done.

    `report` hears the share 0..1 of the checks that are done; what it raises ends them.
    """
    for place, check in enumerate(CHECKS):
        report(place / len(CHECKS))
        for finding in check():
            if repair and finding.repair is not None:
                finding.repair()
            yield finding
