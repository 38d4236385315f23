"""What a request holds until it is answered wholly: its place among its caller's requests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from asgiref.typing import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGISendCallable,
    ASGISendEvent,
    Scope,
)

from admin_system.core.access import Caller
from admin_system.core.quotas import Allowance, Stay, get_gate

current: ContextVar[Visit | None] = ContextVar("visit", default=None)


class Visit:
    """From the first byte of a request to the last one of its answer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ended = False
        self._stay: Stay | None = None
        self.headers: dict[str, str] = {}
        """What the answer says of the caller's limits."""
        self.route = ""
        """The pattern of its address; empty until one has matched."""

    def admit(self, caller: Caller) -> None:
        """Once for each visit. Blocks while the database is read. Raises QuotaExceeded."""
        gate = get_gate()
        try:
            stay = gate.enter(caller)
        finally:
            self.headers = encode_allowances(gate.requests(caller), gate.tokens(caller))
        with self._lock:
            if not self._ended:
                self._stay = stay
                return
        stay.leave()  # the request was given up meanwhile

    def end(self) -> None:
        with self._lock:
            self._ended = True
        if self._stay is not None:
            self._stay.leave()


@contextmanager
def visiting() -> Iterator[Visit]:
    """The visit of the running task; a new one, which ends here, where there is none."""
    visit = current.get()
    if visit is not None:
        yield visit
        return
    visit = Visit()
    token = current.set(visit)
    try:
        yield visit
    finally:
        current.reset(token)
        visit.end()


class Visits:
    """ASGI middleware for HTTP: only here is it known when a stream has ended, however it ends."""

    def __init__(self, inner: ASGI3Application) -> None:
        self.inner = inner

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        with visiting() as visit:

            async def send_on(message: ASGISendEvent) -> None:
                await send(message)
                if message["type"] == "http.response.body" and not message.get("more_body"):
                    # What is tidied up after it would make the client's next request one too many.
                    visit.end()

            await self.inner(scope, receive, send_on)


def encode_allowances(requests: Allowance | None, tokens: Allowance | None) -> dict[str, str]:
    """As OpenAI names them; a limit that is not set is not told."""
    headers = {}
    for name, allowance in (("requests", requests), ("tokens", tokens)):
        if allowance is not None:
            headers[f"x-ratelimit-limit-{name}"] = str(allowance.limit)
            headers[f"x-ratelimit-remaining-{name}"] = str(allowance.remaining)
            headers[f"x-ratelimit-reset-{name}"] = encode_duration(allowance.reset)
    return headers


def encode_duration(seconds: float) -> str:
    """1h2m3s, 6m0s, 1.5s, 120ms."""
    if seconds < 1:
        return f"{round(seconds * 1000)}ms"
    if seconds < 60:
        return f"{seconds:.1f}".rstrip("0").rstrip(".") + "s"
    hours, rest = divmod(round(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return (f"{hours}h" if hours else "") + f"{minutes}m{left}s"
