"""What callers take is counted on a real server, told to who may know, and survives its end."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from admin_system.api.protocol.usage import UsageReport
from admin_system.api.tests.conftest import running
from admin_system.api.tests.pictures import draw_circle, to_base64
from admin_system.api.tests.server import ServerProcess

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
CHAT = "/api/v1/chat/completions"


@pytest.fixture(scope="module")
def counting(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    with running("uvicorn", "echo", template, tmp_path_factory, ACCESS="keys") as server:
        server.wait_for("/readyz")
        yield server


def make_key(server: ServerProcess, name: str, *limits: str) -> dict[str, str]:
    said = server.run_command("create_api_key", name, *limits)
    (secret,) = re.findall(r"qvl_[\w-]{20,}", said)
    return {"Authorization": f"Bearer {secret}", "Accept-Language": "en"}


def chat(server: ServerProcess, key: dict[str, str], text: str) -> httpx.Response:
    body = {"messages": [{"role": "user", "content": text}]}
    return httpx.post(server.url + CHAT, headers=key, json=body, timeout=30)


def report(server: ServerProcess, key: dict[str, str], query: str = "") -> dict[str, Any]:
    answer = httpx.get(f"{server.url}/api/usage{query}", headers=key)
    assert answer.status_code == 200, answer.text
    UsageReport.model_validate_json(answer.content)
    found: dict[str, Any] = answer.json()
    return found


def wait_for_requests(server: ServerProcess, key: dict[str, str], count: int) -> dict[str, Any]:
    """The own total, once so many requests are written."""
    end = time.monotonic() + 15
    while (total := report(server, key, "?mine=true")["total"])["requests"] < count:
        assert time.monotonic() < end, total
        time.sleep(0.1)
    return dict(total)


def test_every_way_of_asking_is_counted(counting: ServerProcess) -> None:
    key = make_key(counting, "robot")
    usage = chat(counting, key, "one two three").json()["usage"]
    expected = usage["prompt_tokens"], usage["completion_tokens"]
    picture = {"image_base64": to_base64(draw_circle()), "query": "框出红色圆形"}
    analysis = httpx.post(f"{counting.url}/api/analyze", headers=key, json=picture, timeout=30)
    more = analysis.json()["usage"]
    with connect(counting.socket_url + "/ws/chat", additional_headers=key) as socket:
        socket.send(json.dumps({"message": "four five"}))
        while (frame := json.loads(socket.recv(timeout=10)))["type"] != "done":
            pass
    last = frame["usage"]
    too_long = chat(counting, key, "word " * 9000)
    assert too_long.status_code == 400
    total = wait_for_requests(counting, key, 4)
    assert (total["requests"], total["pictures"], total["errors"]) == (4, 1, 1)
    assert total["prompt_tokens"] == expected[0] + more["prompt_tokens"] + last["prompt_tokens"]
    written = expected[1] + more["completion_tokens"] + last["completion_tokens"]
    assert total["completion_tokens"] == written
    assert total["total_tokens"] == total["prompt_tokens"] + total["completion_tokens"]


def test_who_leaves_a_stream_pays_for_what_was_written(counting: ServerProcess) -> None:
    key = make_key(counting, "leaver")
    text = " ".join(["word"] * 800)
    body = {"messages": [{"role": "user", "content": text}], "stream": True}
    with (
        httpx.Client(headers=key, timeout=30) as client,
        client.stream("POST", counting.url + CHAT, json=body) as stream,
    ):
        lines = stream.iter_lines()
        for _ in range(40):
            next(lines)
        with suppress(RuntimeError):
            stream.close()
    total = wait_for_requests(counting, key, 1)
    assert 10 < total["completion_tokens"] < 800
    assert total["prompt_tokens"] == len(text) // 4
    assert total["errors"] == 0


def test_own_usage_is_for_everybody_and_all_of_it_for_administrators(
    counting: ServerProcess,
) -> None:
    one, other = make_key(counting, "one"), make_key(counting, "other")
    boss = {"Authorization": f"Bearer {counting.keys['everything']}"}
    for key in (one, one, other):
        chat(counting, key, "hello")
    for key, count in ((one, 2), (other, 1)):
        assert wait_for_requests(counting, key, count)["requests"] == count
    (mine,) = report(counting, one, "?group=caller")["data"]
    assert (mine["name"], mine["requests"]) == ("one", 2)
    all_of_them = report(counting, boss, "?group=caller")["data"]
    assert {"one", "other"} <= {line["name"] for line in all_of_them}
    assert report(counting, boss, "?group=caller&mine=true")["data"] == []
    (model,) = report(counting, one, "?group=model")["data"]
    assert model["model"] == "echo"
    (day,) = report(counting, one)["data"]
    assert report(counting, one, f"?from={day['day']}&to={day['day']}")["data"] == [day]
    assert report(counting, one, "?from=2020-01-01&to=2020-12-31")["data"] == []
    table = httpx.get(f"{counting.url}/api/usage?group=caller&format=csv", headers=one)
    assert table.headers["content-type"].startswith("text/csv")
    assert "attachment" in table.headers["content-disposition"]
    head, line = table.content.decode("utf-8-sig").splitlines()
    assert head.startswith("caller,name,requests,prompt_tokens")
    assert line.split(",")[1:3] == ["one", "2"]


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("?group=colour", "group"),
        ("?from=yesterday", "from"),
        ("?from=2026-02-30", "from"),
        ("?from=2026-03-02&to=2026-03-01", "from"),
        ("?format=xml", "format"),
        ("?to=0001-01-01", "from"),
    ],
)
def test_a_wrong_period_is_told(counting: ServerProcess, query: str, param: str) -> None:
    key = {"Authorization": f"Bearer {counting.keys['chat']}"}
    answer = httpx.get(f"{counting.url}/api/usage{query}", headers=key)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


def test_a_days_tokens_end_and_a_restart_forgets_nothing(counting: ServerProcess) -> None:
    key = make_key(counting, "small", "--tokens", "40")
    answer = chat(counting, key, "one two three four five six")
    spent = answer.json()["usage"]["total_tokens"]
    assert 10 < spent < 40
    headers = chat(counting, key, "one two three four five six").headers
    assert headers["x-ratelimit-limit-tokens"] == "40"
    assert headers["x-ratelimit-remaining-tokens"] == str(40 - spent)
    assert re.fullmatch(r"(\d+h)?\d+m\d+s", headers["x-ratelimit-reset-tokens"])
    while chat(counting, key, "one two three four five six").status_code == 200:
        pass
    counting.stop()
    counting.start_again()
    counting.wait_for("/readyz")
    refused = chat(counting, key, "hello")
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == "daily_tokens_spent"
    assert 0 < int(refused.headers["retry-after"]) <= 24 * 3600
    listed = report(counting, make_key(counting, "new"))
    assert listed["data"] == []
