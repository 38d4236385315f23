"""The library in numbers for Prometheus; counted in the database, and so the same in all processes.

Counting passages takes the longer the more there are: a count is told again for some seconds.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import DatabaseError
from django.db.models import Count
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from admin_system.knowledge_base.embedding import current_profile
from admin_system.knowledge_base.live_index import stored_bytes
from admin_system.knowledge_base.models import Document, Job
from admin_system.knowledge_base.services.overview import Overview, find_overview

logger = logging.getLogger(__name__)

COUNT_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Counts:
    overview: Overview
    jobs: dict[tuple[str, str], int]
    """By kind and state."""
    file_bytes: int | None
    """Of the saved vector index, or of pgvector's graph; None before there is one."""


class LibraryCollector(Collector):
    """Asked in one thread at a time; blocks while the database counts."""

    def __init__(self) -> None:
        self._counted: tuple[float, Counts] | None = None
        """With its monotonic time."""

    def collect(self) -> Iterator[Metric]:
        try:
            counts = self._read()
        except DatabaseError:
            logger.warning("the library could not be counted: the database does not answer")
            yield GaugeMetricFamily("qwen_vl_database_up", "1: it answers", value=0)
            return
        yield GaugeMetricFamily("qwen_vl_database_up", "1: it answers", value=1)
        yield from tell_documents(counts.overview)
        yield from tell_index(counts)
        jobs = GaugeMetricFamily("qwen_vl_jobs", "Background work", labels=("kind", "state"))
        for (kind, state), number in counts.jobs.items():
            jobs.add_metric((kind, state), number)
        yield jobs

    def _read(self) -> Counts:
        """Raises DatabaseError."""
        if self._counted is None or time.monotonic() - self._counted[0] > COUNT_SECONDS:
            self._counted = (time.monotonic(), count_library())
        return self._counted[1]


def count_library() -> Counts:
    """Raises DatabaseError."""
    rows = Job.objects.order_by().values_list("kind", "state").annotate(number=Count("pk"))
    found = {(kind, state): number for kind, state, number in rows}
    active = {(kind, state): 0 for kind in Job.Kind.values for state in Job.ACTIVE}
    profile = current_profile()
    return Counts(
        overview=find_overview(None),
        jobs=active | found,
        file_bytes=stored_bytes(profile) if profile else None,
    )


def tell_documents(overview: Overview) -> Iterator[Metric]:
    documents = GaugeMetricFamily("qwen_vl_documents", "Of the library", labels=("state",))
    for state in Document.State.values:
        documents.add_metric((state,), overview.documents.get(state, 0))
    yield documents
    yield GaugeMetricFamily("qwen_vl_topics", "Of the library", value=overview.topics)
    yield GaugeMetricFamily("qwen_vl_passages", "Published ones", value=overview.passages)


def tell_index(counts: Counts) -> Iterator[Metric]:
    """What this process has not opened is not known to it, and left out."""
    index = counts.overview.index
    readings = (
        ("qwen_vl_index_vectors", "In this process", index.vectors),
        ("qwen_vl_index_behind", "Changes that the next search takes up first", index.behind),
        ("qwen_vl_index_file_bytes", "Of the saved vector index", counts.file_bytes),
    )
    for name, meaning, value in readings:
        if value is not None:
            yield GaugeMetricFamily(name, meaning, value=value)
