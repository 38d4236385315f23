"""Behind a proxy with TLS: what strangers and people may take, and what browsers are told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from admin_system.api.tests.conftest import running
from admin_system.api.tests.pictures import draw_circle, to_base64
from admin_system.api.tests.prepare import PASSWORD
from admin_system.api.tests.server import ServerProcess

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MODELS = "/api/v1/models"
TLS = {"X-Forwarded-Proto": "https", "Host": "service.example"}
MAKE_SESSIONS = """
from django.contrib.auth.models import User
from django.test import Client
for name in ("wei", "lin", "root"):
    client = Client()
    user = User(username=name, is_staff=name == "root", is_superuser=name == "root")
    user.set_password(%r) if name == "lin" else user.set_unusable_password()
    user.save()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    print(client.cookies["sessionid"].value)
"""


@pytest.fixture(scope="module")
def open_server(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """Behind a proxy that tells of its visitors."""
    settings = {
        "ACCESS": "open",
        "HTTPS": "true",
        "TRUSTED_ORIGINS": '["https://service.example"]',
        "TRUSTED_PROXIES": '["127.0.0.1"]',
        "ANONYMOUS_REQUESTS_PER_MINUTE": "30",
        "ANONYMOUS_CONCURRENT_REQUESTS": "1",
        "USER_REQUESTS_PER_MINUTE": "5",
    }
    with running("uvicorn", "echo", template, tmp_path_factory, **settings) as server:
        server.wait_for("/readyz")
        yield server


def stranger(server: ServerProcess, address: str) -> httpx.Client:
    """As the proxy passes on what somebody at the address asks."""
    headers = {"X-Forwarded-For": address, "Accept-Language": "en", **TLS}
    return httpx.Client(base_url=server.url, headers=headers, timeout=30)


def test_strangers_do_not_see_each_others_things(open_server: ServerProcess) -> None:
    with stranger(open_server, "192.0.2.1") as one, stranger(open_server, "192.0.2.2") as other:
        picture = {"image_base64": to_base64(draw_circle()), "query": "框出红色圆形"}
        analysis = f"/api/analyses/{one.post('/api/analyze', json=picture).json()['id']}"
        made = one.post("/api/conversations", json={"title": "secret"}).json()
        conversation = f"/api/conversations/{made['id']}"
        for address in (analysis, conversation):
            assert one.get(address).status_code == 200
            assert other.get(address).status_code == 404
            assert other.delete(address).status_code == 404
        assert len(one.get("/api/analyses").json()["data"]) == 1
        for path in ("/api/analyses", "/api/conversations", "/api/conversations?search=secret"):
            assert other.get(path).json()["data"] == []
        frame = {"message": "hello", "conversation": made["id"], "id": "a"}
        headers = {"X-Forwarded-For": "192.0.2.2"}
        with connect(open_server.socket_url + "/ws/chat", additional_headers=headers) as socket:
            socket.send(json.dumps(frame))
            heard = json.loads(socket.recv(timeout=10))
        assert heard["error"]["code"] == "conversation_not_found"
        assert other.get("/api/usage").json()["total"]["requests"] == 0


def test_a_stranger_takes_no_more_than_a_stranger_may(open_server: ServerProcess) -> None:
    with stranger(open_server, "192.0.2.3") as one, stranger(open_server, "192.0.2.4") as other:
        first = one.get(MODELS)
        assert (first.status_code, first.headers["x-ratelimit-limit-requests"]) == (200, "30")
        while (answer := one.get(MODELS)).status_code == 200:
            left = int(answer.headers["x-ratelimit-remaining-requests"])
        assert (left, answer.status_code) == (0, 429)
        assert answer.headers["retry-after"] in ("1", "2")
        error = answer.json()["error"]
        assert (error["code"], error["type"]) == ("rate_limit_exceeded", "rate_limit_error")
        assert "30 requests a minute" in error["message"]
        assert other.get(MODELS).status_code == 200
        body = {"messages": [{"role": "user", "content": "word " * 800}], "stream": True}
        with other.stream("POST", "/api/v1/chat/completions", json=body) as stream:
            lines = stream.iter_lines()
            next(lines)
            refused = other.get(MODELS)
        assert refused.json()["error"]["code"] == "requests_at_once_exceeded"
        assert refused.headers["retry-after"] == "1"


def test_programs_of_this_machine_have_no_limit_by_default(open_server: ServerProcess) -> None:
    with httpx.Client(base_url=open_server.url) as local:
        answers = [local.get(MODELS) for _ in range(40)]
    assert {answer.status_code for answer in answers} == {200}
    assert "x-ratelimit-limit-requests" not in answers[-1].headers


@pytest.fixture(scope="module")
def sessions(open_server: ServerProcess) -> list[str]:
    """Two users' and an administrator's."""
    return open_server.run_command("shell", "-c", MAKE_SESSIONS % PASSWORD).split()[-3:]


def browser(server: ServerProcess, session: str | None = None) -> httpx.Client:
    client = stranger(server, "192.0.2.9")
    if session is not None:
        client.headers["Cookie"] = f"sessionid={session}"
    return client


def test_people_are_limited_each_by_name(open_server: ServerProcess, sessions: list[str]) -> None:
    with browser(open_server, sessions[0]) as one, browser(open_server, sessions[1]) as other:
        taken = [one.get(MODELS) for _ in range(6)]
        assert [answer.status_code for answer in taken] == [200] * 5 + [429]
        assert taken[-1].headers["x-ratelimit-limit-requests"] == "5"
        assert 1 <= int(taken[-1].headers["retry-after"]) <= 12
        assert other.get(MODELS).status_code == 200


PAGES = ("/", "/chat/", "/analyze/", "/help/", "/account/", "/admin/", "/api/docs", "/nothing/")
SCRIPTS = re.compile(r"script-src 'self'(?P<more>[^;]*);")


def test_no_page_runs_or_loads_what_is_not_ours(
    open_server: ServerProcess, sessions: list[str]
) -> None:
    with browser(open_server, sessions[2]) as root, browser(open_server) as nobody:
        answers = {path: root.get(path, follow_redirects=False) for path in PAGES}
        answers |= {"/login/": nobody.get("/login/")}
    pages = {
        path: answer
        for path, answer in answers.items()
        if answer.headers.get("content-type", "").startswith("text/html") and answer.text
    }
    assert set(pages) >= {"/chat/", "/analyze/", "/help/", "/account/", "/admin/", "/login/"}
    for path, answer in pages.items():
        policy = answer.headers["content-security-policy"]
        for wanted in ("default-src 'self'", "object-src 'none'", "frame-ancestors 'none'"):
            assert wanted in policy, path
        scripts = SCRIPTS.search(policy)
        assert scripts is not None
        assert bool(scripts["more"]) is path.startswith(("/admin/", "/api/docs")), path
    for path, answer in answers.items():
        told = answer.headers
        assert (path, told["x-frame-options"], told["x-content-type-options"]) == (
            (path, "DENY", "nosniff")
        )
        assert told["strict-transport-security"].startswith("max-age=31536000")
        assert told["referrer-policy"] == "same-origin"


def test_programs_hear_the_same(open_server: ServerProcess) -> None:
    with browser(open_server) as client, httpx.Client(base_url=open_server.url) as plain:
        for path in ("/api/status", "/api/nothing", "/media/nothing.png", "/api/openapi.json"):
            told = client.get(path).headers
            assert (told["x-content-type-options"], told["x-frame-options"]) == ("nosniff", "DENY")
            assert "strict-transport-security" in told
            assert told["cache-control"] == "no-store"
        assert "strict-transport-security" not in plain.get("/api/status").headers


def test_nobody_else_sends_a_persons_forms(open_server: ServerProcess, sessions: list[str]) -> None:
    ours = {"Origin": "https://service.example", "Referer": "https://service.example/login/"}
    theirs = {"Origin": "https://evil.example", "Referer": "https://evil.example/"}
    with browser(open_server) as client:
        opened = client.get("/login/")
        (cookie,) = opened.headers.get_list("set-cookie")
        assert cookie.startswith("csrftoken=")
        assert {"Secure", "SameSite=Lax"} <= set(cookie.split("; "))
        token = cookie.partition("=")[2].partition(";")[0]
        client.headers["Cookie"] = f"csrftoken={token}"
        form = {"username": "wei", "password": "wrong", "csrfmiddlewaretoken": token}
        assert client.post("/login/", data=form, headers=ours).status_code == 200
        assert client.post("/login/", data=form, headers=theirs).status_code == 403
        del form["csrfmiddlewaretoken"]
        assert client.post("/login/", data=form, headers=ours).status_code == 403
    with browser(open_server, sessions[2]) as root:
        for path in ("/logout/", "/account/password/", "/admin/core/apikey/add/"):
            assert root.post(path, data={}, headers=ours).status_code == 403, path
        assert root.get("/account/").status_code == 200  # still logged in
        made = root.post("/api/conversations", json={}, headers=theirs).json()["id"]
        assert root.get(f"/api/conversations/{made}").status_code == 404  # a stranger's, not hers
        made = root.post("/api/conversations", json={}, headers=ours).json()["id"]
        assert root.get(f"/api/conversations/{made}").status_code == 200


@pytest.mark.usefixtures("sessions")
def test_a_session_travels_over_tls_alone(open_server: ServerProcess) -> None:
    with browser(open_server) as client:
        token = client.get("/login/").headers["set-cookie"].partition("=")[2].partition(";")[0]
        client.headers["Cookie"] = f"csrftoken={token}"
        form = {"username": "lin", "password": PASSWORD}
        form |= {"csrfmiddlewaretoken": token, "next": "https://evil.example/"}
        answer = client.post("/login/", data=form, headers={"Origin": "https://service.example"})
        assert answer.status_code == 302
        assert "evil" not in answer.headers["location"]
        (cookie,) = (
            one for one in answer.headers.get_list("set-cookie") if one.startswith("sessionid=")
        )
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
