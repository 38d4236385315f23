"""A library of its own for each test that asks for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from admin_system.env import get_env
from admin_system.knowledge_base.embedding import forget_embedder
from admin_system.knowledge_base.keywords import FREQUENCIES, keyword_index
from admin_system.knowledge_base.live_index import forget_live_indexes
from admin_system.knowledge_base.models import EmbeddingProfile, Topic
from admin_system.knowledge_base.worker import Worker

Work = Callable[[], None]


@pytest.fixture
def library(transactional_db: None) -> Iterator[Topic]:
    """An empty topic; the embedding model is the quick one that hashes words."""
    EmbeddingProfile.objects.all().delete()
    profile = EmbeddingProfile.objects.create(name="hash", kind="hash", is_current=True)
    keyword_index().clear()
    FREQUENCIES.forget()
    yield Topic.objects.create(name="手册")
    forget_live_indexes()
    forget_embedder(profile)


@pytest.fixture
def vectors_in_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the tests run on a PostgreSQL with pgvector."""
    monkeypatch.setattr(get_env(), "vectors", "faiss")


@pytest.fixture
def work() -> Work:
    """Does all that is queued, in this thread."""
    return lambda: Worker(can_see=lambda: False).run(until_empty=True)
