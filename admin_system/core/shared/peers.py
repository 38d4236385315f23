"""The processes that share a Redis ask each other: every one of them answers every question."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, cast
from uuid import uuid4

from admin_system.core.shared.connection import PAUSE, PREFIX, Connection, get_connection
from admin_system.core.shared.errors import RedisAway

logger = logging.getLogger(__name__)

CHANNEL = f"{PREFIX}questions"
DEADLINE = 1.0
"""Seconds that a question waits for those who do not answer."""
GLANCE = 0.25
"""Seconds between two looks of the listening thread at whether to end."""
REPLY_SECONDS = 10
QUIET = 10.0
"""Seconds without a word, after which Redis is asked for one; after as many more without it the
line is dead, of which nobody tells who only listens."""

Answer = Callable[[Mapping[str, Any]], object]
"""What was asked -> something that JSON can hold. Runs in the listening thread."""


_answers: dict[str, Answer] = {}
"""By the kind of question; filled while modules are imported."""


def answers(kind: str) -> Callable[[Answer], Answer]:
    """Decorates the function that answers that question of other processes."""

    def keep(answer: Answer) -> Answer:
        _answers[kind] = answer
        return answer

    return keep


class Peers:
    """`start` and `stop` belong to the server, `ask` may be called from any thread."""

    def __init__(self, connection: Connection, answers: Mapping[str, Answer]) -> None:
        """`answers` by the kind of question."""
        self._connection = connection
        self._answers = answers
        self._name = uuid4().hex
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins to listen, in a thread."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="peers", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        if self._thread is not None:
            self._thread.join(DEADLINE)

    def ask(self, kind: str, **values: object) -> list[Any]:
        """What the others answer, of those who listen; none while Redis is away."""
        replies = f"{PREFIX}replies:{uuid4().hex}"
        question = {"kind": kind, "values": values, "from": self._name, "to": replies}
        try:
            with self._connection.asking() as client:
                asked = client.publish(CHANNEL, json.dumps(question))
            return self._collect(replies, asked)
        except RedisAway:
            return []

    def _collect(self, replies: str, asked: int) -> list[Any]:
        """Raises RedisAway."""
        heard: list[Any] = []
        end = time.monotonic() + DEADLINE
        for _ in range(asked):
            with self._connection.asking() as client:
                left = min(GLANCE, max(end - time.monotonic(), 0.01))
                found = cast("tuple[str, str] | None", client.blpop([replies], timeout=left))
            while found is None and time.monotonic() < end:
                with self._connection.asking() as client:
                    found = cast("tuple[str, str] | None", client.blpop([replies], timeout=GLANCE))
            if found is None:
                logger.warning("a process of this site does not answer the others")
                break
            reply = json.loads(found[1])
            if reply["from"] != self._name:
                heard.append(reply["answer"])
        return heard

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                with self._connection.asking() as client:
                    pubsub: Any = client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
                    try:
                        pubsub.subscribe(CHANNEL)
                        self._listen(pubsub)
                    finally:
                        pubsub.close()
            except RedisAway:
                self._ending.wait(PAUSE)

    def _listen(self, pubsub: Any) -> None:
        """Until the end, or until nothing is heard any more."""
        heard = asked = time.monotonic()
        while not self._ending.is_set() and time.monotonic() - heard < 2 * QUIET:
            message = pubsub.get_message(timeout=GLANCE)
            if message is not None:
                heard = time.monotonic()
                if message["type"] == "message":
                    self._reply(str(message["data"]))
            elif time.monotonic() - max(heard, asked) > QUIET:
                pubsub.ping()
                asked = time.monotonic()

    def _reply(self, data: str) -> None:
        question = json.loads(data)
        answer = None
        if question["from"] != self._name:  # who asks is counted among those who listen
            try:
                answer = self._answers[question["kind"]](question["values"])
            except Exception:
                logger.exception("a question of another process could not be answered")
        reply = json.dumps({"from": self._name, "answer": answer})
        with self._connection.asking() as client:
            pipeline = client.pipeline()
            pipeline.rpush(question["to"], reply)
            pipeline.expire(question["to"], REPLY_SECONDS)
            pipeline.execute()


@lru_cache(maxsize=1)
def get_peers() -> Peers | None:
    """The other processes of the site; None where no Redis is set. Raises RedisMissing."""
    connection = get_connection()
    return Peers(connection, _answers) if connection is not None else None


def start() -> None:
    """At the start of a server; returns at once. Raises RedisMissing."""
    if (peers := get_peers()) is not None:
        peers.start()


def stop() -> None:
    """At its end."""
    if (peers := get_peers()) is not None:
        peers.stop()
