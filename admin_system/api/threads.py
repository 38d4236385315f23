"""Threads in which the library works for requests: beside the event loop, and beside the one
thread that looks callers up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from django.db import connections

T = TypeVar("T")

QUICK = ThreadPoolExecutor(max_workers=8, thread_name_prefix="library-quick")
"""For searches and look-ups; the first search may wait some seconds for its model."""
SLOW = ThreadPoolExecutor(max_workers=2, thread_name_prefix="library-slow")
"""For what may take long, so that no search has to wait for it: uploads, removals, embeddings."""


async def in_library(work: Callable[[], T], threads: ThreadPoolExecutor = QUICK) -> T:
    """What `work` returns or raises. A caller that goes away does not end work that has begun."""

    def run() -> T:
        try:
            return work()
        finally:
            connections.close_all()  # the thread outlives the request

    # With the context the log finds the number of the request.
    return await asyncio.get_running_loop().run_in_executor(threads, copy_context().run, run)
