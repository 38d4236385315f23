"""The model and the embedding model may load at once, as they do when a server starts."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.engines.local.engine import LocalEngine
from admin_system.core.types import EngineSpec
from admin_system.vector_search.embedder import EmbedderSpec
from admin_system.vector_search.embedders import create_embedder

HELD_SECONDS = 3.0


def test_a_model_loads_whole_while_an_embedding_model_is_built(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`from_pretrained` turns the tying of weights off for the whole process meanwhile."""
    from transformers.models.bert.modeling_bert import BertModel

    building, over = threading.Event(), threading.Event()
    build = BertModel.__init__

    def build_slowly(self: Any, *args: Any, **options: Any) -> None:
        building.set()
        over.wait(HELD_SECONDS)
        build(self, *args, **options)

    monkeypatch.setattr(BertModel, "__init__", build_slowly)
    load_and_unload()  # the imports, which take longest, are done
    embedder = create_embedder(EmbedderSpec(kind="bundled"))
    other = threading.Thread(target=embedder.load)
    other.start()
    try:
        assert building.wait(60)
        load_and_unload()
    finally:
        over.set()
        other.join(60)


def load_and_unload() -> None:
    engine = LocalEngine(EngineSpec("demo", "local", path=str(MINIATURE), device="cpu"))
    engine.load(lambda progress: None)
    engine.unload()
