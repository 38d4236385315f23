"""Both indexes against the rows that they are made of, and the database itself."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from django.db import connection

from admin_system.knowledge_base.checking.finding import Finding
from admin_system.knowledge_base.database_index import in_database
from admin_system.knowledge_base.embedding import current_profile, get_embedder
from admin_system.knowledge_base.file_index import index_store
from admin_system.knowledge_base.index_contents import (
    ChangesPruned,
    changes_after,
    last_change,
    read_some,
    stored_ids,
)
from admin_system.knowledge_base.keywords import keyword_index, to_keyword_row
from admin_system.knowledge_base.live_index import get_live_index
from admin_system.knowledge_base.models import EmbeddingProfile, IndexStamp
from admin_system.knowledge_base.searched_index import SearchedIndex
from admin_system.knowledge_base.services.rebuilding import in_keyword_index, rebuild_keywords
from admin_system.knowledge_base.snapshots import snapshot
from admin_system.knowledge_base.writing import writing
from admin_system.vector_search.embedder import EmbedderProfile
from admin_system.vector_search.errors import IndexDamaged, IndexMismatch, IndexMissing
from admin_system.vector_search.tokens import tokens_version

COMPARED = 1_000
"""Vectors of the index that are compared with those of the database."""
LEAST_COSINE = 0.98
"""Between a vector and what the index keeps of it, in one byte a number."""


def find_damaged_database() -> Iterator[Finding]:
    """PostgreSQL looks after itself: its pages have checksums, its keys are always held."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA quick_check(5)")
        faults = [row[0] for row in cursor.fetchall() if row[0] != "ok"]
        cursor.execute("PRAGMA foreign_key_check")
        faults += [f"{row[0]} {row[1]} → {row[2]}" for row in cursor.fetchmany(5)]
    if faults:
        yield Finding("check_database_damaged", {"faults": "; ".join(faults)})


def find_wrong_keywords() -> Iterator[Finding]:
    with snapshot():
        rows = [to_keyword_row(passage) for passage in in_keyword_index()]
        held, wanted = keyword_index().ids(), [row.id for row in rows]
        sound = held != sorted(wanted) or keyword_index().counts_exactly(rows)
    lacking, foreign = len(set(wanted) - set(held)), len(set(held) - set(wanted))
    if lacking or foreign:
        values = {"lacking": lacking, "foreign": foreign}
        yield Finding("check_keywords_differ", values, rebuild_keywords)
        return
    stamp = IndexStamp.objects.filter(name=IndexStamp.KEYWORDS).first()
    if stamp is not None and stamp.value != tokens_version():
        yield Finding("check_keywords_outdated", {}, rebuild_keywords)
        return
    with writing():
        whole = keyword_index().is_whole()
    if not (whole and sound):
        yield Finding("check_keywords_damaged", {}, rebuild_keywords)


def find_wrong_index_file() -> Iterator[Finding]:
    """One that is not there is not wrong: the next search or saving makes it."""
    profile = current_profile()
    if profile is None:
        return
    if in_database():
        yield from find_wrong_column(profile)
        return
    embedder_profile = get_embedder(profile).profile
    file = index_store(profile).path.name

    def rebuild() -> None:
        get_live_index(profile).rebuild()

    try:
        lacking, foreign, changed = compare_file(profile, embedder_profile)
    except IndexMissing:
        return
    except (IndexDamaged, IndexMismatch) as error:
        yield Finding(error.code, error.values, rebuild)
        return
    except ChangesPruned:
        yield Finding("check_index_outdated", {"file": file}, rebuild)
        return
    if lacking or foreign or changed:
        values = {"file": file, "lacking": lacking, "foreign": foreign, "changed": changed}
        yield Finding("check_index_differs", values, rebuild)


def find_wrong_column(profile: EmbeddingProfile) -> Iterator[Finding]:
    """What pgvector searches, against the bytes that it was made of."""
    index = get_live_index(profile).get(patience=None)
    with snapshot():
        lacking = len(np.setdiff1d(stored_ids(profile.pk), index.ids()))
        changed = count_changed(index, profile)
    if lacking or changed:
        yield Finding(
            "check_vectors_differ",
            {"lacking": lacking, "changed": changed},
            get_live_index(profile).rebuild,
        )


def compare_file(
    profile: EmbeddingProfile, embedder_profile: EmbedderProfile
) -> tuple[int, int, int]:
    """Passages that the index in the file lacks, holds without reason, and holds wrongly.

    Raises IndexMissing, IndexDamaged, IndexMismatch, ChangesPruned.
    """
    index = index_store(profile).open(embedder_profile)
    with snapshot():
        if index.watermark > last_change():
            raise ChangesPruned
        while changes := changes_after(index.watermark, profile.pk, index.dim):
            index.replay(changes)
        wanted = stored_ids(profile.pk)
        changed = count_changed(index, profile)
    held = index.ids()
    lacking, foreign = np.setdiff1d(wanted, held), np.setdiff1d(held, wanted)
    return len(lacking), len(foreign), changed


def count_changed(index: SearchedIndex, profile: EmbeddingProfile) -> int:
    stored = read_some(profile.pk, index.dim, COMPARED)
    return sum(
        cosines[passage] < LEAST_COSINE
        for passage, vector in stored.items()
        if passage in (cosines := index.cosines(vector, [passage]))
    )
