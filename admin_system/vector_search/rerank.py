"""A second look at the best passages by a model that reads question and passage together."""

from __future__ import annotations

import logging
import math
import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from admin_system.building import BUILDING
from admin_system.vector_search.errors import RerankerLoadError

logger = logging.getLogger(__name__)

MOST_TOKENS = 512


class Reranker(ABC):
    @abstractmethod
    def load(self) -> None:
        """May be repeated. Raises RerankerLoadError."""

    @abstractmethod
    def rerank(self, query: str, texts: Sequence[str]) -> list[float]:
        """How well each text answers, 0..1, in the order of the texts."""


class CrossEncoderReranker(Reranker):
    """A sentence-transformers cross-encoder with one output, from a folder; runs no code of it."""

    def __init__(self, folder: Path, device: str = "") -> None:
        self._folder = folder
        self._device = device
        self._model: Any = None
        self._lock = threading.Lock()  # the tokenizer breaks when two threads use it at once

    def load(self) -> None:
        if not (self._folder / "config.json").is_file():
            raise RerankerLoadError("reranker_folder_missing", name=self._folder.name)
        from sentence_transformers import CrossEncoder

        try:
            with BUILDING:
                model = CrossEncoder(
                    str(self._folder),
                    device=self._device or None,
                    max_length=MOST_TOKENS,
                    trust_remote_code=False,
                    local_files_only=True,
                )
        except Exception as error:  # any fault of any file of the folder
            logger.exception("the reranking model %s cannot be loaded", self._folder.name)
            raise RerankerLoadError("reranker_not_loadable", name=self._folder.name) from error
        if model.num_labels != 1:
            raise RerankerLoadError("reranker_not_loadable", name=self._folder.name)
        self._model = model

    def rerank(self, query: str, texts: Sequence[str]) -> list[float]:
        if self._model is None:
            self.load()
        if not texts:
            return []
        import torch

        with self._lock:
            logits = self._model.predict(
                [(query, text) for text in texts],
                activation_fn=torch.nn.Identity(),
                show_progress_bar=False,
            )
        return [1 / (1 + math.exp(-max(-60.0, min(60.0, float(logit))))) for logit in logits]
