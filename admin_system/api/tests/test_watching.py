"""History, events and alerts, on a server that really loads, fails and goes on."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from django.contrib.auth.models import User
from django.test import Client

from admin_system.api.tests.server import ServerProcess

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
PATHS = ("/api/metrics-history", "/api/events", "/api/alerts")


def get(server: ServerProcess, path: str, language: str = "en") -> dict[str, Any]:
    headers = {**server.authorization, "Accept-Language": language}
    answer = httpx.get(server.url + path, headers=headers, timeout=10)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def model_alerts(server: ServerProcess, language: str = "en") -> list[dict[str, Any]]:
    """Those about the model: what other tests left behind may be told as well."""
    found = get(server, "/api/alerts", language)["data"]
    return [one for one in found if one["code"] == "alert_model_failed"]


def wait_for_sample(server: ServerProcess, since: float) -> dict[str, Any]:
    end = time.monotonic() + 15
    while not (found := get(server, f"/api/metrics-history?since={since}"))["times"]:
        assert time.monotonic() < end, "no further sample"
        time.sleep(0.2)
    return found


def test_figures_are_sampled_also_after_a_reload_of_the_model(
    uvicorn_server: ServerProcess,
) -> None:
    first = wait_for_sample(uvicorn_server, 0.0)
    assert first["over"] == "hour"
    assert first["memory_total"] > first["memory_used"][0] > 0
    body = {"messages": [{"role": "user", "content": "one two three"}]}
    httpx.post(f"{uvicorn_server.url}/api/v1/chat/completions", json=body, timeout=10)
    reload = httpx.post(f"{uvicorn_server.url}/api/service/reload")
    assert reload.status_code == 202
    uvicorn_server.wait_for("/readyz")
    reloaded = time.time()
    later = wait_for_sample(uvicorn_server, reloaded)
    assert later["times"][0] > reloaded
    assert later["running"][-1] == 0
    assert 0 < later["first_token_p50"][-1] <= later["first_token_p95"][-1] < 10
    day = get(uvicorn_server, "/api/metrics-history?over=day")
    assert (day["step"], len(day["times"])) == (120, len(day["cpu_percent"]))
    assert httpx.get(f"{uvicorn_server.url}/api/metrics-history?over=year").status_code == 400


def test_a_model_that_fails_is_an_alert_and_an_event(uvicorn_server: ServerProcess) -> None:
    """The folder of the first configuration is not there; the echo goes on answering."""
    assert model_alerts(uvicorn_server) == []
    httpx.post(f"{uvicorn_server.url}/api/service/load", json={"model": "qwen-vl-chat"})
    end = time.monotonic() + 15
    while not (alerts := model_alerts(uvicorn_server)):
        assert time.monotonic() < end, "no alert"
        time.sleep(0.1)
    [alert] = alerts
    assert (alert["code"], alert["tone"]) == ("alert_model_failed", "warn")
    assert alert["message"].startswith("qwen-vl-chat did not load: ")
    assert alert["link"] == "/admin/core/modelconfig/"
    [chinese] = model_alerts(uvicorn_server, "zh")
    assert chinese["message"].startswith("qwen-vl-chat 没有加载成功：")
    events = get(uvicorn_server, "/api/events?limit=200")["data"]
    told = next(one for one in events if one["kind"] == "event_model_failed")
    assert (told["tone"], told["message"]) == ("bad", alert["message"])
    assert {"event_service_started", "event_model_loaded"} <= {one["kind"] for one in events}
    page = get(uvicorn_server, "/api/events?limit=1")
    further = get(uvicorn_server, f"/api/events?limit=1&cursor={page['next_cursor']}")
    assert further["data"][0]["id"] < page["data"][0]["id"]
    httpx.post(f"{uvicorn_server.url}/api/service/reload", json={"model": "echo"})
    uvicorn_server.wait_for("/readyz")
    assert model_alerts(uvicorn_server) == []


@pytest.mark.parametrize("path", PATHS)
def test_callers_without_the_scope_admin_are_refused(
    uvicorn_server: ServerProcess, path: str
) -> None:
    headers = {"Authorization": f"Bearer {uvicorn_server.keys['keeper']}"}
    answer = httpx.get(uvicorn_server.url + path, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "scope_missing")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", PATHS)
def test_the_staff_looks_after_the_service_and_other_users_do_not(
    client: Client, path: str
) -> None:
    for staff, status in ((True, 200), (False, 403)):
        client.force_login(User.objects.create_user(f"u{staff}", is_staff=staff))
        assert client.get(path).status_code == status
