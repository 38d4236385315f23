"""The log over HTTP: what happened is found in it, and nothing else of the machine is."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from admin_system.api.tests.server import ServerProcess

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def ask(server: ServerProcess, **query: str | int) -> httpx.Response:
    params: dict[str, Any] = query
    return httpx.get(
        f"{server.url}/api/logs", params=params, headers=server.authorization, timeout=10
    )


def test_a_request_that_was_refused_is_found_by_its_number(uvicorn_server: ServerProcess) -> None:
    refused = httpx.post(f"{uvicorn_server.url}/api/v1/chat/completions", json={})
    number = refused.headers["x-request-id"]
    [entry] = ask(uvicorn_server, search=number).json()["data"]
    assert number in entry["message"]
    assert (entry["level"], entry["logger"]) == ("INFO", "admin_system.api.middleware")
    assert ask(uvicorn_server, search=number, level="ERROR").json()["data"] == []


def test_pages_and_followers(uvicorn_server: ServerProcess) -> None:
    page = ask(uvicorn_server, limit=2).json()
    assert page["file"] == "django.log"
    older = ask(uvicorn_server, limit=2, cursor=page["next_cursor"]).json()
    assert older["data"][0]["id"] < page["data"][-1]["id"]
    httpx.get(f"{uvicorn_server.url}/api/nothing-there")
    new = ask(uvicorn_server, after=page["end"], search="nothing-there").json()
    assert len(new["data"]) == 1
    assert new["data"][0]["id"] >= page["end"]


def test_a_log_is_downloaded_and_other_files_are_not(uvicorn_server: ServerProcess) -> None:
    [own] = [one for one in ask(uvicorn_server).json()["files"] if one["name"] == "django.log"]
    with httpx.Client(headers=uvicorn_server.authorization) as client:
        whole = client.get(uvicorn_server.url + own["url"])
        assert "attachment" in whole.headers["content-disposition"]
        assert len(whole.content) >= own["size"]
        for name in ("../secret_key", "..%2Fsecret_key", "%2Fetc%2Fpasswd", "db.sqlite3"):
            assert client.get(f"{uvicorn_server.url}/api/logs/{name}").status_code == 404
    for name in ("../secret_key", "/etc/passwd", "model.lock"):
        answer = ask(uvicorn_server, file=name)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "log_not_found")


def test_only_the_scope_admin_reads_logs(uvicorn_server: ServerProcess) -> None:
    headers = {"Authorization": f"Bearer {uvicorn_server.keys['keeper']}"}
    for path in ("/api/logs", "/api/logs/django.log"):
        assert httpx.get(uvicorn_server.url + path, headers=headers).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_of_the_staff_only_those_who_run_models_read_logs(client: Client) -> None:
    staff = User.objects.create_user("staff", is_staff=True)
    client.force_login(staff)
    assert client.get("/api/logs").status_code == 403
    staff.user_permissions.add(Permission.objects.get(codename="change_modelconfig"))
    assert client.get("/api/logs").status_code == 200
