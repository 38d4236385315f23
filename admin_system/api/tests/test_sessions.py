"""Signing in, out, and many times at once: what is counted, what an ended session is worth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import httpx
import pytest
from websockets import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from admin_system.api.tests.conftest import running
from admin_system.api.tests.crowd import client_of, log_in
from admin_system.api.tests.server import ServerProcess, prepare

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
NEW = "another-long-password-8"
CHANGE = (
    "from django.contrib.auth.models import User; user = User.objects.get(username='colleague'); "
    "user.set_password(%r); user.save()"
)


TRIES = 12
COUNT_TRIES = (
    "from axes.models import AccessAttempt; from admin_system.core.models import AuditEntry; "
    "print(sum(AccessAttempt.objects.values_list('failures_since_start', flat=True)), "
    "AuditEntry.objects.filter(action='locked_out').count())"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("people")
    template = folder, prepare(folder, "hash", "colleague")
    with running("uvicorn", "echo", template, tmp_path_factory, ACCESS="keys") as server:
        server.wait_for("/readyz")
        yield server


@contextmanager
def speaking(server: ServerProcess, client: httpx.Client) -> Iterator[ClientConnection]:
    """A connection on which a first question was answered."""
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    headers = {"Cookie": cookies}
    with connect(server.socket_url + "/ws/chat", additional_headers=headers) as socket:
        assert ask(socket) == "done"
        yield socket


def ask(socket: ClientConnection) -> str:
    """`done`, or the code of the error."""
    socket.send(json.dumps({"message": "hello"}))
    while (frame := json.loads(socket.recv(timeout=15)))["type"] not in ("done", "error"):
        pass
    return str(frame.get("error", {}).get("code", frame["type"]))


def is_closed(socket: ClientConnection) -> bool:
    with pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=15)
    return closed.value.rcvd is not None and closed.value.rcvd.code == 4401


def test_who_signs_out_or_gets_another_password_is_heard_no_more(server: ServerProcess) -> None:
    with closing(log_in(server, "colleague")) as client, speaking(server, client) as socket:
        token = {"X-CSRFToken": client.cookies["csrftoken"]}
        with (
            closing(log_in(server, "colleague")) as elsewhere,
            speaking(server, elsewhere) as other,
        ):
            assert client.post("/logout/", headers=token).status_code == 302
            assert ask(socket) == "session_ended"
            assert is_closed(socket)
            assert ask(other) == "done"  # one session ends, not the user
            server.run_command("shell", "-c", CHANGE % NEW)
            assert ask(other) == "session_ended"
            assert is_closed(other)


def test_passwords_that_come_at_once_are_counted_one_by_one(server: ServerProcess) -> None:
    with ThreadPoolExecutor(TRIES) as crowd:
        assert set(crowd.map(lambda _: try_wrong(server), range(TRIES))) == {200}
    failures, locks = server.run_command("shell", "-v", "0", "-c", COUNT_TRIES).split()
    assert (failures, locks) == ("5", "1")


def try_wrong(server: ServerProcess) -> int:
    with client_of(server) as client:
        client.get("/login/")
        token = {"X-CSRFToken": client.cookies["csrftoken"]}
        values = {"username": "nobody", "password": "wrong"}
        return client.post("/login/", data=values, headers=token).status_code
