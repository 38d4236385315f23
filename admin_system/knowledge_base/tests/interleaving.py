"""Lets something happen at a chosen moment of some work: before its n-th statement to the database.

Moments inside a transaction are left out: no other writer is let in there. In PostgreSQL it begins
with waiting for that, before which others may still write.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection, connections

from admin_system.knowledge_base.writing import WAIT

Deed = Callable[[], None]


class Interruption:
    """Counts the moments of the work of this thread, and does the deed at one of them."""

    def __init__(self, moment: int, deed: Deed) -> None:
        self.moments = 0
        self._moment = moment
        self._deed = deed
        self._busy = False

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        database = context["connection"]
        begins = sql == WAIT and not database.savepoint_ids
        if not self._busy and (begins or not database.in_atomic_block):
            self.moments += 1
            if self.moments == self._moment:
                self._busy = True
                in_another_thread(self._deed)
                self._busy = False
        return execute(sql, params, many, context)


def interrupt(work: Callable[[], object], moment: int, deed: Deed) -> bool:
    """False when the work was over before that moment."""
    interruption = Interruption(moment, deed)
    with connection.execute_wrapper(interruption):
        work()
    return interruption.moments >= moment


def in_another_thread(deed: Deed) -> None:
    faults: list[BaseException] = []

    def run() -> None:
        try:
            deed()
        except BaseException as error:
            faults.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if faults:
        raise faults[0]
