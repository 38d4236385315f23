"""All rows of a SQLite database into the PostgreSQL of the site, or back, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management.color import no_style
from django.db import connection, connections
from django.db.models import Model
from django.db.transaction import atomic

from admin_system.knowledge_base.keywords import FREQUENCIES, keyword_index, to_keyword_row
from admin_system.knowledge_base.models import Document, EmbeddingProfile
from admin_system.knowledge_base.services.rebuilding import in_keyword_index
from admin_system.knowledge_base.snapshots import snapshot
from admin_system.knowledge_base.vector_column import fill, has_column
from admin_system.knowledge_base.writing import writing
from admin_system.management.moving.alone import require_alone
from admin_system.management.moving.beside import BESIDE, MoveFault, opened
from admin_system.management.moving.comparing import compare_searches, compare_vector_searches
from admin_system.vector_search.lexical import LexicalIndex

AT_ONCE = 500
Report = Callable[[str, int], None]


def move_rows(path: Path, *, replace: bool, report: Report = lambda *_: None) -> int:
    """How many there are; `report` hears each table with its rows. What the database of the site
    held goes, which `replace` must allow. Raises MoveFault."""
    if connection.vendor != "postgresql":
        raise MoveFault("move_needs_postgres")
    if not replace and is_used():
        raise MoveFault("move_target_not_empty")
    require_alone()
    try:
        with opened(path) as source, writing():
            empty_site()
            total = 0
            for model in moved_models():
                count = copy(model, BESIDE, "default")
                report(model._meta.db_table, count)
                total += count
            count_on()
            enter_keywords()
            compare_searches(source.connection)
            if has_column():
                enter_vectors()
                compare_vector_searches()
            return total
    finally:
        FREQUENCIES.forget()


def copy_rows(path: Path) -> None:
    """Of the PostgreSQL of the site, as of one moment, into a SQLite database of this version,
    with its keyword index: whatever is written meanwhile. Raises MoveFault."""
    with opened(path, mode="rw") as target, snapshot(), atomic(using=BESIDE):
        for model in moved_models():
            model._base_manager.using(BESIDE).all()._raw_delete(BESIDE)
        for model in moved_models():
            copy(model, "default", BESIDE)
        index = LexicalIndex(target.connection)
        index.clear()
        for batch in batches():
            index.add(batch)


def moved_models() -> list[type[Model]]:
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]


def is_used() -> bool:
    return bool(get_user_model().objects.exists() or Document.objects.exists())


def empty_site() -> None:
    tables = [model._meta.db_table for model in moved_models()]
    quoted = ", ".join(map(connection.ops.quote_name, tables))
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {quoted}")


def copy(model: type[Model], source: str, target: str) -> int:
    """Raises MoveFault when there are not as many afterwards. As they are: no time of a change
    is set anew. References are looked at in the end, so that any order will do."""
    fields = model._meta.local_concrete_fields
    theirs = model._base_manager.using(source).order_by("pk")
    at_once = connections[target].ops.bulk_batch_size(fields, [None] * AT_ONCE)
    rows = theirs.iterator(AT_ONCE)
    ours: Any = model._base_manager.using(target)
    while batch := list(islice(rows, at_once)):
        ours._insert(batch, fields=fields, using=target, raw=True)
    expected, count = theirs.count(), ours.count()
    if count != expected:
        table = model._meta.db_table
        raise MoveFault("move_counts_differ", table=table, expected=expected, count=count)
    return int(count)


def count_on() -> None:
    """The next row of each table gets a number that none has."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), moved_models()):
            cursor.execute(statement)


def enter_keywords() -> None:
    index = keyword_index()
    index.clear()
    FREQUENCIES.forget()
    for batch in batches():
        index.add(batch)


def enter_vectors() -> None:
    for profile in EmbeddingProfile.objects.all():
        fill(profile.pk)


def batches() -> Iterator[list[Any]]:
    rows = in_keyword_index().iterator(AT_ONCE)
    while batch := [to_keyword_row(passage) for passage in islice(rows, AT_ONCE)]:
        yield batch
