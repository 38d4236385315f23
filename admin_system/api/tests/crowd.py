"""A server, and everybody who may come to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import httpx
import pytest

from admin_system.api.tests.access_matrix import BODIES, SESSIONS
from admin_system.api.tests.conftest import running
from admin_system.api.tests.pictures import draw_circle, to_base64
from admin_system.api.tests.prepare import PASSWORD, PEOPLE
from admin_system.api.tests.server import ServerProcess, prepare
from admin_system.core.checkpoints import MINIATURE
from admin_system.core.models.api_key import Scope

MAKE_KEYS = """
import json
from datetime import timedelta
from django.utils import timezone
from admin_system.core.access import make_api_key
from admin_system.core.models import ApiKey, ModelDownload
from admin_system.knowledge_base.models import Topic
from admin_system.knowledge_base.services.adding import NewDocument, add_text
from admin_system.knowledge_base.worker import Worker
keys = {scope: make_api_key(scope, scopes=[scope])[1] for scope in %r}
past = timezone.now() - timedelta(days=1)
keys["expired"] = make_api_key("expired", scopes=%r, expires_at=past)[1]
row, keys["revoked"] = make_api_key("revoked", scopes=%r)
ApiKey.objects.filter(pk=row.pk).update(revoked_at=past)
for name in ("tenant", "neighbour"):
    keys[name] = make_api_key(name, scopes=%r)[1]
manuals = Topic.objects.get(name="手册")
document, _ = add_text(NewDocument(manuals, "m.md", title="Oil"), "每年五月换油。")
Worker(can_see=lambda: False).run(until_empty=True)
passage = document.passages.get()
found = {"document_id": document.pk, "topic_id": manuals.pk, "passage_id": passage.pk}
for caller in ("admin", "operator", "root"):
    row = ModelDownload.objects.create(name=f"a/{caller}", source="hub", state="stopped")
    found[f"download of {caller}"] = row.pk
print(json.dumps([keys, {name: str(number) for name, number in found.items()}]))
"""
SETTINGS = {
    "ACCESS": "keys",
    "RUN_JOBS": "false",
    "MODEL_DIRS": json.dumps([str(MINIATURE.parent)]),
}
"""Nobody takes up jobs, so that each can be stopped as long as somebody likes."""
NOBODY = ("nobody", "wrong", "expired", "revoked")


@dataclass(slots=True)
class Crowd:
    server: ServerProcess
    callers: dict[str, httpx.Client]
    keys: dict[str, str]
    shared: dict[str, str]
    """Part of an address -> what all may use there."""

    def scopes(self, caller: str) -> frozenset[str]:
        if caller in NOBODY:
            return frozenset()
        return SESSIONS.get(caller, frozenset({caller}))


@contextmanager
def gather(factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    folder = factory.mktemp("crowd")
    template = folder, prepare(folder, "hash", *PEOPLE)
    with (
        running("uvicorn", "echo", template, factory, **SETTINGS) as server,
        ExitStack() as open_clients,
    ):
        server.wait_for("/readyz")
        every = list(Scope.values)
        said = server.run_command("shell", "-c", MAKE_KEYS % (every, every, every, every))
        keys: dict[str, str]
        keys, shared = json.loads(said.splitlines()[-1])
        keys |= {"wrong": "qvl_" + "x" * 43, "other topic": template[1]["other"]}
        callers = {
            "nobody": client_of(server),
            **{name: client_of(server, key) for name, key in keys.items()},
            **{name: log_in(server, name) for name in SESSIONS},
        }
        for client in callers.values():
            open_clients.callback(client.close)
        picture = {"image_base64": to_base64(draw_circle()), "query": "框出红色圆形"}
        analysis = callers["neighbour"].post("/api/analyze", json=picture).json()
        shared["name"] = analysis["boxed_image_url"].removeprefix("/media/")
        wording = BODIES["POST /api/templates"] | {"slug": "shared"}
        shared["slug"] = callers["admin"].post("/api/templates", json=wording).json()["slug"]
        yield Crowd(server, callers, keys, shared)


def client_of(server: ServerProcess, key: str | None = None) -> httpx.Client:
    headers = {"Accept-Language": "en"}
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    return httpx.Client(base_url=server.url, headers=headers, timeout=30)


def log_in(server: ServerProcess, name: str) -> httpx.Client:
    """As a browser does; the session stays in its cookies."""
    client = client_of(server)
    client.get("/login/")
    token = {"X-CSRFToken": client.cookies["csrftoken"]}
    values = {"username": name, "password": PASSWORD}
    assert client.post("/login/", data=values, headers=token).status_code == 302
    return client
