"""The number of the request at hand: said in its answer, its errors and the log."""

from __future__ import annotations

from contextvars import ContextVar

from admin_system.core.types import new_request_id

current: ContextVar[str] = ContextVar("request_id", default="")


def begin_request() -> str:
    """Gives the running task, and what it starts, a new number."""
    request_id = new_request_id()
    current.set(request_id)
    return request_id


def get_request_id() -> str:
    """The number given by `begin_request`; a new one outside any request."""
    return current.get() or begin_request()
