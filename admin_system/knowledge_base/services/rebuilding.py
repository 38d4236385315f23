"""Indexes made anew from the rows: by wish, or because what they are made of has changed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.models import QuerySet
from filelock import FileLock

from admin_system.env import get_env
from admin_system.knowledge_base.embedding import current_profile
from admin_system.knowledge_base.index_contents import ChangesPruned, changed_after, last_change
from admin_system.knowledge_base.keywords import FREQUENCIES, keyword_rebuild, to_keyword_row
from admin_system.knowledge_base.live_index import get_live_index
from admin_system.knowledge_base.models import IndexStamp, Passage
from admin_system.knowledge_base.vector_column import make_column
from admin_system.knowledge_base.writing import writing
from admin_system.vector_search.keyword_index import KeywordRebuild
from admin_system.vector_search.tokens import tokens_version

logger = logging.getLogger(__name__)

AT_ONCE = 500
"""Passages that one transaction puts in; others write between two of them."""
REBUILD_LOCK = 0x6B657973
"""Of PostgreSQL's advisory locks, as `writing.WRITERS_LOCK`."""
FEW = 50
"""Changes from which on they are not left for the last transaction."""
Report = Callable[[float], None]


def rebuild_vectors() -> int:
    """The vector index of the current model; how many passages it holds. Searches go on. Takes up
    pgvector where PostgreSQL has it by now.

    Raises EmbedderLoadError, EmbedderFault.
    """
    if connection.vendor == "postgresql":
        make_column(connection)
    profile = current_profile()
    return 0 if profile is None else len(get_live_index(profile).rebuild())


def rebuild_keywords(report: Report = lambda _: None) -> int:
    """The keyword index; how many passages it holds. Searches and writing go on meanwhile.

    `report` hears the share 0..1 that is done; what it raises ends the work, and the index stays.
    """
    with one_rebuild():
        _rebuild_keywords(report)
    return in_keyword_index().count()


@contextmanager
def one_rebuild() -> Iterator[None]:
    """Of all processes on this database; a killed one lets go of it."""
    if connection.vendor != "postgresql":
        with FileLock(get_env().data_dir / "keywords.lock", thread_local=False):
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [REBUILD_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [REBUILD_LOCK])


def _rebuild_keywords(report: Report = lambda _: None) -> None:
    rebuild = keyword_rebuild()
    while True:
        rebuild.begin()
        try:
            _fill(rebuild, report)
            break
        except ChangesPruned:
            logger.info("too much was changed meanwhile; the keyword index is begun again")
        finally:
            rebuild.forget()
    FREQUENCIES.forget()


def _fill(rebuild: KeywordRebuild, report: Report) -> None:
    """All passages, then what was changed meanwhile, until little is left for the transaction in
    which the new index takes the place of the old. Raises ChangesPruned."""
    watermark, last, done = last_change(), 0, 0
    count = max(1, in_keyword_index().count())
    while batch := list(in_keyword_index().filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        last = batch[-1].pk
        values = rebuild.cut(map(to_keyword_row, batch))
        with writing():
            rebuild.put(values)
        done += len(batch)
        report(min(1.0, done / count))
    while not _take_over(rebuild, watermark):
        changes = changed_after(watermark, AT_ONCE)
        changed = {passage for _, passage in changes}
        values = rebuild.cut(map(to_keyword_row, in_keyword_index().filter(pk__in=changed)))
        with writing():
            rebuild.put(values, changed)
        watermark = changes[-1][0]


@writing()
def _take_over(rebuild: KeywordRebuild, watermark: int) -> bool:
    """False when too much was changed since to be looked at while all writers wait."""
    changes = changed_after(watermark, FEW)
    if len(changes) == FEW:
        return False
    changed = {passage for _, passage in changes}
    rebuild.put(
        rebuild.cut(map(to_keyword_row, in_keyword_index().filter(pk__in=changed))), changed
    )
    rebuild.take_over()
    IndexStamp.objects.update_or_create(
        name=IndexStamp.KEYWORDS, defaults={"value": tokens_version()}
    )
    return True


def in_keyword_index() -> QuerySet[Passage]:
    """All that should stand in it; of a document that is being deleted until it is erased."""
    return Passage.objects.filter(live=True, enabled=True).select_related("document")


def check_tokens() -> None:
    """The same text may give other tokens after an update: then the keyword index is made anew."""
    if has_tokens_of_now():
        return
    with one_rebuild():
        if has_tokens_of_now():  # of another process, which was first
            return
        logger.info("the keyword index is made anew for tokens of version %s", tokens_version())
        _rebuild_keywords()


def has_tokens_of_now() -> bool:
    return IndexStamp.objects.filter(name=IndexStamp.KEYWORDS, value=tokens_version()).exists()
