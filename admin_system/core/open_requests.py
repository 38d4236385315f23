"""Requests that a model answers or that wait for it: what is known of each, how one is stopped."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from admin_system.core.metrics import FIRST_TOKEN_SECONDS, PIECE_SECONDS
from admin_system.core.tracing import Stages, begin_stages, end_stages
from admin_system.core.types import ChatRequest, Delta, End, Ending, Usage

REMEMBERED = 2000
"""First tokens of which the time is kept."""
UNCOUNTED = Usage(0, 0)
"""Of an answer that was stopped: its engine was not asked."""


@dataclass(slots=True, eq=False)
class OpenRequest:
    """Written on the event loop that reads the answer; read from any thread."""

    request: ChatRequest
    model: str
    """Name of the configuration that answers."""
    loop: asyncio.AbstractEventLoop
    began: float = field(default_factory=time.monotonic)
    pieces: int = 0
    """Of the answer so far: one a token, but for characters that take several."""
    first_after: float | None = None
    """Seconds from the beginning to the first piece."""
    piece_after: float = 0.0
    """Seconds from the beginning to the last piece that came."""
    stages: Stages | None = None
    """Where traces are wanted."""
    stopped: threading.Event = field(default_factory=threading.Event)
    """Set when it is stopped."""
    task: asyncio.Task[object] | None = None
    """That waits for the next piece at this moment."""

    @property
    def id(self) -> str:
        return self.request.id

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def stop(self) -> None:
        """On its event loop."""
        self.stopped.set()
        if self.task is not None:
            self.task.cancel()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request."""

    request: ChatRequest
    model: str
    """Name of the configuration."""
    usage: Usage | None
    """None where it was left, stopped, or failed: nobody has counted then."""
    pieces: int
    failed: bool = False


OnEnd = Callable[[Outcome], None]
"""Called on the event loop of the request, before its reader has the End; it must not block."""


class OpenRequests:
    """All methods may be called from any thread; `watch` belongs to the loop of its request."""

    def __init__(self, on_end: OnEnd = lambda outcome: None) -> None:
        self._on_end = on_end
        self._lock = threading.Lock()
        self._open: list[OpenRequest] = []
        """As they came."""
        self._first_tokens: deque[tuple[float, float]] = deque(maxlen=REMEMBERED)

    async def watch(
        self, request: ChatRequest, model: str, answer: AsyncGenerator[Delta | End]
    ) -> AsyncGenerator[Delta | End]:
        """The same values; once it is stopped, an End `cancelled` instead of what would follow.

        The caller closes `answer`.
        """
        one = OpenRequest(request, model, asyncio.get_running_loop(), stages=begin_stages())
        with self._lock:
            self._open.append(one)
        told = failed = False
        try:
            while (piece := await next_piece(one, answer)) is not None:
                self._count(one, piece)
                if isinstance(piece, End):
                    told = True
                    self._on_end(Outcome(request, model, piece.usage, one.pieces))
                yield piece
            if one.stopped.is_set():
                others = (Ending("cancelled"),) * (request.sampling.n - 1)
                yield End("cancelled", UNCOUNTED, others=others)
        except Exception:
            failed = not told
            raise
        finally:
            with self._lock:
                self._open.remove(one)
            end_stages(one.stages, {"model": model, "pieces": one.pieces, "failed": failed})
            if not told:
                self._on_end(Outcome(request, model, None, one.pieces, failed))

    def find(self, owner: str | None = None) -> list[OpenRequest]:
        """As they came; those of `owner`, or all."""
        with self._lock:
            return [one for one in self._open if owner in (None, one.request.owner)]

    def stop(self, request_id: str, owner: str | None = None) -> OpenRequest | None:
        """Ends it before its next token; None where there is none of that id, or it is another
        owner's."""
        found = next((one for one in self.find(owner) if one.id == request_id), None)
        if found is not None:
            with suppress(RuntimeError):  # its loop has just ended, and the answer with it
                found.loop.call_soon_threadsafe(found.stop)
        return found

    def first_tokens(self, since: float) -> list[float]:
        """Seconds that requests waited for their first token, of those that came after `since` on
        the monotonic clock."""
        with self._lock:
            return [seconds for at, seconds in self._first_tokens if at >= since]

    def _count(self, one: OpenRequest, piece: Delta | End) -> None:
        if isinstance(piece, End):
            return
        one.pieces += 1
        seconds, before = one.seconds, one.piece_after
        one.piece_after = seconds
        if one.first_after is not None:
            PIECE_SECONDS.labels(one.model).observe(seconds - before)
        else:
            one.first_after = seconds
            if one.stages is not None:
                one.stages.first = time.monotonic()
            FIRST_TOKEN_SECONDS.labels(one.model).observe(seconds)
            with self._lock:
                self._first_tokens.append((time.monotonic(), one.first_after))


async def next_piece(one: OpenRequest, answer: AsyncGenerator[Delta | End]) -> Delta | End | None:
    """None where the request is stopped, or the answer has ended.

    Stopping cancels the task that waits here, and only while it waits here; a cancellation that
    comes from elsewhere goes on its way.
    """
    task = asyncio.current_task()
    if one.stopped.is_set() or task is None:
        return None
    before = task.cancelling()
    one.task = task
    try:
        return await anext(answer, None)
    except asyncio.CancelledError:
        if one.stopped.is_set() and task.uncancel() <= before:
            return None
        raise
    finally:
        one.task = None
