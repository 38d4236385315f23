"""Processes ask each other through Redis."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from admin_system.core import fetching
from admin_system.core.errors import DownloadError
from admin_system.core.models import ModelDownload
from admin_system.core.shared import peers as peers_module
from admin_system.core.shared.connection import Connection
from admin_system.core.shared.peers import CHANNEL, DEADLINE, Answer, Peers
from admin_system.core.tests.shared.wire import Wire
from scripts.testing.needs import needs
from scripts.testing.redis import RedisProcess

pytestmark = [needs("redis-server"), pytest.mark.allow_hosts(["127.0.0.1"])]
COUNT = 3


@pytest.fixture
def answers() -> list[dict[str, Answer]]:
    """Of each process, by the kind of question."""

    def reply(number: int) -> Any:
        def answer(asked: Mapping[str, Any]) -> object:
            if asked.get("sleeper") == number:
                time.sleep(DEADLINE + 0.5)
            return [number, asked.get("word")]

        return answer

    nobody: dict[str, Answer] = {"downloads": lambda asked: []}
    return [nobody | {"say": reply(number)} for number in range(COUNT)]


@pytest.fixture
def peers(redis: RedisProcess, answers: list[dict[str, Answer]]) -> Iterator[list[Peers]]:
    connections = [Connection(redis.url) for _ in range(COUNT)]
    processes = [Peers(*one) for one in zip(connections, answers, strict=True)]
    for one in processes:
        one.start()
    wait_for_listeners(connections[0])
    yield processes
    for one in processes:
        one.stop()
    for connection in connections:
        connection.client.close()


def wait_for_listeners(connection: Connection) -> None:
    end = time.monotonic() + 10
    while dict(connection.client.pubsub_numsub(CHANNEL)) != {CHANNEL: COUNT}:
        assert time.monotonic() < end
        time.sleep(0.02)


def test_every_other_process_answers(peers: list[Peers]) -> None:
    began = time.monotonic()
    assert sorted(peers[0].ask("say", word="x")) == [[1, "x"], [2, "x"]]
    assert sorted(peers[2].ask("say")) == [[0, None], [1, None]]
    assert time.monotonic() - began < DEADLINE, "nobody waited for one who asks itself"


def test_one_that_does_not_answer_costs_a_second(peers: list[Peers]) -> None:
    began = time.monotonic()
    assert peers[0].ask("say", sleeper=1) == [[2, None]]
    assert DEADLINE <= time.monotonic() - began < 3 * DEADLINE
    time.sleep(DEADLINE)
    assert sorted(peers[0].ask("say")) == [[1, None], [2, None]], "its late answer disturbs nobody"


def test_they_find_each_other_again_after_redis_was_away(
    redis: RedisProcess, peers: list[Peers]
) -> None:
    redis.stop()
    assert peers[0].ask("say") == []
    redis.start()
    end = time.monotonic() + 10
    while sorted(peers[0].ask("say", word="y")) != [[1, "y"], [2, "y"]]:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_one_whose_line_to_redis_went_dead_listens_again(
    redis: RedisProcess, peers: list[Peers], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers_module, "QUIET", 0.3)
    wire = Wire(redis.port)
    far = Peers(Connection(wire.url), {"say": lambda asked: "far"})
    far.start()
    try:
        wait_until_heard(peers[0], "far")
        wire.cut()
        wait_until_heard(peers[0], "far")
    finally:
        far.stop()
        wire.close()


def wait_until_heard(asking: Peers, answer: object) -> None:
    end = time.monotonic() + 10
    while answer not in asking.ask("say"):
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.django_db
def test_a_download_is_seen_and_stopped_from_another_process(
    peers: list[Peers], answers: list[dict[str, Answer]], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ModelDownload.objects.create(name="acme/model", source="hub", state="running")
    monkeypatch.setattr(fetching, "get_peers", lambda: peers[0])
    assert fetching.get_download(row.pk).state == "stopped", "nobody has it"
    stopped: list[int] = []

    def stop(asked: Mapping[str, Any]) -> object:
        stopped.append(asked["number"])
        return True

    answers[2] |= {"downloads": lambda asked: [(row.pk, 5, 10)], "stop_download": stop}
    [seen] = fetching.list_downloads()
    assert (seen.state, seen.bytes_done, seen.bytes_total) == ("running", 5, 10)
    with pytest.raises(DownloadError, match="download_still_running"):
        fetching.forget(row.pk)
    assert fetching.resume(row.pk).bytes_done == 5, "it is not begun a second time"
    fetching.stop(row.pk)
    assert stopped == [row.pk]
