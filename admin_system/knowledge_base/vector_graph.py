"""pgvector's HNSW graph over the vectors of one embedding model (https://arxiv.org/abs/1603.09320).

It makes searches of many vectors quick and changes nothing else: without it they are exact.
"""

from __future__ import annotations

import logging
import time

from django.db import connection

from admin_system.knowledge_base.models import PassageVector
from admin_system.knowledge_base.raw_queries import ask, execute

logger = logging.getLogger(__name__)

INDEXED_FROM = 10_000
"""Vectors of a model from which on they get a graph."""
MOST_NUMBERS = 4_000
"""Of a vector that pgvector's HNSW takes in half precision."""
NEIGHBOURS, BUILD_CANDIDATES = 16, 128
"""Of each vector in the graph, and looked at while it is built: `m`, `ef_construction`."""
BUILD_MEMORY = "2GB"
"""Of PostgreSQL while a graph is built; what does not fit makes building slow, not wrong."""

MAKE_GRAPH = """
CREATE INDEX {concurrently} {name} ON knowledge_base_passagevector
USING hnsw ((embedding::halfvec({dim})) halfvec_ip_ops)
WITH (m = {neighbours}, ef_construction = {candidates})
WHERE profile_id = {profile} AND embedding IS NOT NULL
"""
GRAPH = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"
SIZE = "SELECT pg_relation_size(to_regclass(%s))"
ONE_BUILDER = "SELECT pg_try_advisory_lock(%s, %s)"
END_OF_BUILDER = "SELECT pg_advisory_unlock(%s, %s)"
BUILDERS_LOCK = 0x6C697662


def is_large(profile_id: int) -> bool:
    vectors = PassageVector.objects.filter(profile=profile_id)
    return vectors.count() >= INDEXED_FROM


def has_graph(profile_id: int) -> bool:
    rows = ask(GRAPH, graph_name(profile_id))
    return bool(rows) and rows[0][0]


def make_graph(profile_id: int, dim: int) -> None:
    """Blocks while PostgreSQL builds it, minutes for a million vectors; searches and changes go on,
    and so they do where another process is at it."""
    if has_graph(profile_id) or not ask(ONE_BUILDER, BUILDERS_LOCK, profile_id)[0][0]:
        return
    begun = time.monotonic()
    try:
        drop_graph(profile_id)  # one whose building was cut off
        execute(f"SET maintenance_work_mem = '{BUILD_MEMORY}'")
        execute(
            MAKE_GRAPH.format(
                concurrently=concurrently(),
                name=graph_name(profile_id),
                dim=int(dim),
                profile=int(profile_id),
                neighbours=NEIGHBOURS,
                candidates=BUILD_CANDIDATES,
            )
        )
        logger.info("pgvector's graph was built in %.0f s", time.monotonic() - begun)
    finally:
        execute("RESET maintenance_work_mem")
        ask(END_OF_BUILDER, BUILDERS_LOCK, profile_id)


def drop_graph(profile_id: int) -> None:
    if connection.vendor == "postgresql":
        execute(f"DROP INDEX {concurrently()} IF EXISTS {graph_name(profile_id)}")


def graph_bytes(profile_id: int) -> int | None:
    """On disk; None before there is one."""
    size: int | None = ask(SIZE, graph_name(profile_id))[0][0]
    return size


def graph_name(profile_id: int) -> str:
    return f"vectors_of_{int(profile_id)}"


def concurrently() -> str:
    """Writers wait for nothing then; PostgreSQL does not do it within a transaction."""
    return "" if connection.in_atomic_block else "CONCURRENTLY"
