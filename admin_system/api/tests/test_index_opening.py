"""A search for vectors alone, while their index is still being built: told when to come again."""

from __future__ import annotations

import threading

import pytest
from django.test import AsyncClient

from admin_system.env import get_env
from admin_system.knowledge_base.embedding import forget_embedder
from admin_system.knowledge_base.file_index import FileIndex
from admin_system.knowledge_base.live_index import forget_live_indexes
from admin_system.knowledge_base.models import EmbeddingProfile, Topic
from admin_system.knowledge_base.services.adding import NewDocument, add_text
from admin_system.knowledge_base.worker import Worker
from admin_system.vector_search.index import VectorIndex


@pytest.fixture
def filled(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_env(), "vectors", "faiss")
    EmbeddingProfile.objects.all().delete()
    EmbeddingProfile.objects.create(name="hash", kind="hash", is_current=True)
    add_text(NewDocument(Topic.objects.create(name="手册"), "pump.md"), "The pump runs at night.")
    Worker(can_see=lambda: False).run(until_empty=True)
    forget_live_indexes()


async def search(mode: str) -> tuple[int, dict[str, str], dict[str, object]]:
    answer = await AsyncClient(headers={"Accept-Language": "en"}).post(
        "/api/search", {"query": "pump", "mode": mode}, content_type="application/json"
    )
    return answer.status_code, dict(answer.headers), answer.json()


@pytest.mark.django_db(transaction=True)
async def test_vectors_are_asked_for_while_their_index_is_built(
    filled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_env(), "access", "open")  # the client says it asks "testserver"
    monkeypatch.setattr(FileIndex.get, "__defaults__", (0.1,))
    may_go_on = threading.Event()
    plain = FileIndex._open

    def open_late(self: FileIndex) -> VectorIndex:
        may_go_on.wait(30)
        return plain(self)

    monkeypatch.setattr(FileIndex, "_open", open_late)
    status, headers, body = await search("vector")
    assert status == 503
    assert int(headers["Retry-After"]) > 0
    assert body["error"]["code"] == "index_opening"  # type: ignore[index]
    status, _, body = await search("hybrid")
    assert status == 200
    assert len(body["results"]) == 1  # type: ignore[arg-type]
    may_go_on.set()
    monkeypatch.setattr(FileIndex, "_open", plain)
    monkeypatch.setattr(FileIndex.get, "__defaults__", (None,))
    status, _, body = await search("vector")
    assert status == 200
    assert len(body["results"]) == 1  # type: ignore[arg-type]
    forget_live_indexes()
    for profile in [one async for one in EmbeddingProfile.objects.all()]:
        forget_embedder(profile)
