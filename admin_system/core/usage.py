"""What callers take of the models: counted in memory, written in batches, added up for reports."""

from __future__ import annotations

import atexit
import logging
import threading
import time
from contextlib import suppress
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.db import DatabaseError, connections, transaction
from django.db.models import F, Sum
from django.utils import timezone

from admin_system.core.metrics import (
    ANSWER_TOKENS,
    ANSWERS,
    CACHED_TOKENS,
    PICTURES,
    PROMPT_TOKENS,
)
from admin_system.core.models import UsageRecord
from admin_system.core.open_requests import Outcome
from admin_system.core.shared.errors import RedisAway
from admin_system.core.shared.spending import SharedSpending, get_shared_spending
from admin_system.core.types import Usage

logger = logging.getLogger(__name__)

WRITE_SECONDS = 2.0
"""Between two writes; a process that is killed loses at most so much."""
CHARACTERS_A_TOKEN = 4
LOOK_SECONDS = 10.0
"""After which the day's sum is read anew, for what other processes have written."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Of one request, or of many together."""

    requests: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    """Of the prompt's, those that were not computed again."""
    completion_tokens: int = 0
    pictures: int = 0
    errors: int = 0

    def __add__(self, other: Taken) -> Taken:
        return Taken(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


Key = tuple[str, date, str]
"""Owner, day, model."""


@dataclass(slots=True)
class Spent:
    """The tokens of an owner on one day."""

    day: date
    tokens: int
    at: float
    """When they were read from the database, on the monotonic clock."""


class Ledger:
    """Callable from any thread; `add` never waits for the database."""

    def __init__(self, shared: SharedSpending | None = None) -> None:
        """`shared` tells of other processes at once."""
        self._shared = shared
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._waiting: dict[Key, Taken] = {}
        self._on_its_way: dict[Key, Taken] = {}
        """Taken out of what waits, and not known to be written yet."""
        self._spent: dict[str, Spent] = {}
        self._ended = threading.Event()
        self._writer: threading.Thread | None = None

    def add(self, owner: str, model: str, taken: Taken) -> None:
        key = (owner, timezone.localdate(), model)
        with self._lock:
            self._waiting[key] = self._waiting.get(key, Taken()) + taken
            known = self._spent.get(owner)
            if known is not None and known.day == key[1]:
                known.tokens += taken.tokens
        if self._shared is not None:
            self._shared.add(owner, key[1], taken.tokens)

    def spent_today(self, owner: str) -> int:
        """Tokens since midnight, with what is not written yet. May read the database."""
        today = timezone.localdate()
        if self._shared is not None:
            with suppress(RedisAway):
                return self._shared.read(owner, today, lambda: self._count(owner, today))
        return self._count(owner, today)

    def _count(self, owner: str, today: date) -> int:
        now = time.monotonic()
        with self._lock:
            known = self._spent.get(owner)
            if known is not None and known.day == today and now - known.at < LOOK_SECONDS:
                return known.tokens
        rows = UsageRecord.objects.filter(owner=owner, day=today)
        written = rows.aggregate(tokens=Sum(F("prompt_tokens") + F("completion_tokens")))["tokens"]
        with self._lock:
            # What is just being written may count twice until the next look, never not at all.
            unwritten = [*self._waiting.items(), *self._on_its_way.items()]
            more = sum(one.tokens for key, one in unwritten if key[:2] == (owner, today))
            self._spent[owner] = Spent(today, (written or 0) + more, now)
            return self._spent[owner].tokens

    def write(self) -> None:
        """All that waits. Raises DatabaseError, and keeps it then."""
        with self._writing:
            with self._lock:
                batch, self._waiting = self._waiting, {}
                self._on_its_way = batch
            try:
                with transaction.atomic():
                    for key, taken in batch.items():
                        write_down(key, taken)
            except DatabaseError:
                with self._lock:
                    for key, taken in batch.items():
                        self._waiting[key] = self._waiting.get(key, Taken()) + taken
                raise
            finally:
                with self._lock:
                    self._on_its_way = {}

    def start(self) -> None:
        """Begins to write now and then, in a thread; for the start of a server."""
        if self._writer is None:
            self._ended.clear()
            self._writer = threading.Thread(target=self._write_on, name="usage", daemon=True)
            self._writer.start()
            atexit.register(self.stop)

    def stop(self) -> None:
        """Writes what is left."""
        writer, self._writer = self._writer, None
        if writer is not None:
            self._ended.set()
            writer.join(LOOK_SECONDS)

    def _write_on(self) -> None:
        try:
            while not self._ended.wait(WRITE_SECONDS):
                self._try_to_write()
            self._try_to_write()
        finally:
            connections.close_all()

    def _try_to_write(self) -> None:
        if not self._waiting:
            return
        try:
            self.write()
        except DatabaseError:
            logger.warning("usage could not be written, and is kept for the next try")
            connections.close_all()


def write_down(key: Key, taken: Taken) -> None:
    owner, day, model = key
    sums = {one.name: F(one.name) + getattr(taken, one.name) for one in fields(taken)}
    rows = UsageRecord.objects.filter(owner=owner, day=day, model=model)
    if not rows.update(**sums):
        counts = {one.name: getattr(taken, one.name) for one in fields(taken)}
        UsageRecord.objects.create(owner=owner, day=day, model=model, **counts)


def charge(outcome: Outcome) -> None:
    """Of one answer. Who leaves a stream has had what was written: its pieces count as tokens, and
    of the question, which nobody has counted, a token for four characters."""
    usage, request = outcome.usage, outcome.request
    if usage is None:
        letters = 0 if outcome.failed else sum(len(turn.text) for turn in request.messages)
        usage = Usage(letters // CHARACTERS_A_TOKEN, outcome.pieces)
    taken = Taken(
        requests=1,
        prompt_tokens=usage.prompt_tokens,
        cached_tokens=usage.cached_tokens,
        completion_tokens=usage.completion_tokens,
        pictures=len(request.pictures),
        errors=int(outcome.failed),
    )
    get_ledger().add(request.owner, outcome.model, taken)
    count(outcome, taken)


def count(outcome: Outcome, taken: Taken) -> None:
    """For Prometheus; `left`: nobody heard it to its end."""
    left = "left" if outcome.usage is None else "done"
    ANSWERS.labels(outcome.model, "failed" if outcome.failed else left).inc()
    PROMPT_TOKENS.labels(outcome.model).inc(taken.prompt_tokens)
    CACHED_TOKENS.labels(outcome.model).inc(taken.cached_tokens)
    ANSWER_TOKENS.labels(outcome.model).inc(taken.completion_tokens)
    PICTURES.labels(outcome.model).inc(taken.pictures)


def seconds_until_midnight() -> float:
    """In the site's time zone, where a day of usage ends."""
    now = timezone.localtime()
    tomorrow = now.date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, datetime.min.time(), tzinfo=now.tzinfo)
    return (midnight - now).total_seconds()


@lru_cache(maxsize=1)
def get_ledger() -> Ledger:
    """The one of this process."""
    return Ledger(get_shared_spending())
