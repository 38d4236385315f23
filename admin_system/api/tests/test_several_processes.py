"""Two web processes, one that owns the models, one database and one Redis: they are one site."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import httpx
import pytest

from admin_system.api.tests.conftest import running
from admin_system.api.tests.server import ServerProcess
from scripts.testing.needs import needs
from scripts.testing.postgres import database_of
from scripts.testing.redis import RedisProcess

pytestmark = [needs("redis-server"), pytest.mark.allow_hosts(["127.0.0.1"])]
CHAT = "/api/v1/chat/completions"
Site = tuple[ServerProcess, ServerProcess, ServerProcess]


@pytest.fixture(scope="module")
def site(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The owner of the models, and two web processes."""
    redis = RedisProcess(tmp_path_factory.mktemp("redis"))
    with ExitStack() as stack:
        redis.start()
        stack.callback(redis.stop)
        start = stack.enter_context
        alone = {"ACCESS": "keys", "PAGES": "false", "RUN_JOBS": "false", "COUNT_USAGE": "false"}
        owner = start(running("uvicorn", "echo", template, tmp_path_factory, **alone))
        data = owner.folder / "data"
        shared = {
            "DATA_DIR": str(data),
            "DATABASE_URL": database_of(data),
            "KNOWLEDGE_DIR": str(data / "knowledge"),
            "LOG_DIR": str(data / "logs"),
            "MODEL_SERVER": owner.url,
            "MODEL_SERVER_KEY": owner.keys["everything"],
            "REDIS_URL": redis.url,
        }
        first, second = (
            start(
                running("uvicorn", "", template, tmp_path_factory, LOG_FILE=f"{name}.log", **shared)
            )
            for name in ("first", "second")
        )
        for server in (owner, first, second):
            server.wait_for("/readyz")
        yield owner, first, second


def wait_until(true: Callable[[], bool], seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def ask(server: ServerProcess, key: dict[str, str], **fields: object) -> httpx.Response:
    body = {"messages": [{"role": "user", "content": "你好"}], "max_tokens": 4, **fields}
    return httpx.post(server.url + CHAT, headers=key, json=body, timeout=30)


def is_unloaded(server: ServerProcess) -> bool:
    return bool(server.status()["model"]["state"] == "unloaded")


def make_key(server: ServerProcess, *limits: str) -> dict[str, str]:
    (secret,) = re.findall(
        r"qvl_[\w-]{20,}", server.run_command("create_api_key", "rated", *limits)
    )
    return {"Authorization": f"Bearer {secret}"}


def test_a_keys_rate_and_usage_are_those_of_the_site(site: Site) -> None:
    owner, first, second = site
    key = make_key(owner, "--rate", "3")
    answers = [ask((first, second)[number % 2], key) for number in range(6)]
    assert [answer.status_code for answer in answers].count(200) == 3
    assert {answer.status_code for answer in answers[3:]} == {429}
    assert answers[2].headers["x-ratelimit-remaining-requests"] == "0"
    assert {answer.json()["model"] for answer in answers[:3]} == {"echo"}
    # Counted once, although the owner answered too.
    counts: list[int] = []

    def are_written() -> bool:
        usage = httpx.get(f"{first.url}/api/usage?group=caller", timeout=10).json()
        counts[:] = [row["requests"] for row in usage["data"] if row["name"] == "rated"]
        return sum(counts) >= 3

    wait_until(are_written)
    assert counts == [3]


def test_a_stream_is_seen_and_stopped_from_the_other_process(site: Site) -> None:
    owner, first, second = site
    body = {
        "messages": [{"role": "user", "content": "word " * 800}],
        "stream": True,
    }
    with httpx.stream("POST", first.url + CHAT, json=body, timeout=30) as stream:
        lines = stream.iter_lines()
        next(lines)
        [seen] = httpx.get(f"{second.url}/api/requests").json()["data"]
        assert (seen["purpose"], seen["own"], seen["model"]) == ("chat", True, "echo")
        stopped = httpx.delete(f"{second.url}/api/requests/{seen['id']}")
        assert stopped.status_code == 204
        events = [line.removeprefix("data: ") for line in lines if line.startswith("data: {")]
    last = json.loads(events[-1])
    assert last["choices"][0]["finish_reason"] == "cancelled"
    assert owner.seconds_until_idle() < 5
    assert httpx.delete(f"{second.url}/api/requests/{seen['id']}").status_code == 404


def test_a_model_goes_and_comes_in_all_processes_at_once(site: Site) -> None:
    owner, first, second = site
    assert httpx.post(f"{first.url}/api/service/unload").status_code == 202
    for server in site:
        wait_until(partial(is_unloaded, server))
    assert ask(second, owner.authorization).status_code == 503
    answer = httpx.post(f"{second.url}/api/service/load", json={"model": "echo"})
    assert answer.status_code == 202
    assert answer.json()["name"] == "echo"
    for server in site:
        server.wait_for("/readyz")
        model = server.status()["model"]
        assert (model["state"], model["serving"]) == ("ready", "echo")
    assert ask(first, owner.authorization).status_code == 200
