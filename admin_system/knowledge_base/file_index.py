"""A vector index in the memory of this process: opened from its file, kept up with the database.

The file is a cache. What it lacks is replayed from the changes after its watermark; when it is
missing, damaged, of another model, or does not hold what the database holds, it is built anew.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, wait

import numpy as np
from django.db import connections

from admin_system.env import get_env
from admin_system.knowledge_base.index_contents import (
    ChangesPruned,
    changes_after,
    first_change,
    last_change,
    read_contents,
    stored_ids,
)
from admin_system.knowledge_base.models import EmbeddingProfile
from admin_system.knowledge_base.searched_index import PATIENCE, LiveIndex
from admin_system.vector_search.embedder import EmbedderProfile
from admin_system.vector_search.errors import (
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
    IndexOpening,
)
from admin_system.vector_search.index import VectorIndex
from admin_system.vector_search.store import IndexStore
from admin_system.vector_search.tuning import build_index

logger = logging.getLogger(__name__)

COMPARED_TIMES = 3
"""How often an index that has just been opened is compared, when changes come in between."""


class FileIndex(LiveIndex):
    """Any thread may ask for it."""

    def __init__(self, profile: EmbeddingProfile, embedder_profile: EmbedderProfile) -> None:
        super().__init__(profile)
        self._embedder_profile = embedder_profile
        self._store = index_store(profile)
        self._lock = threading.Lock()  # guards what follows; never held for long
        self._opening: Future[VectorIndex] | None = None
        self._catching_up = threading.Lock()
        self._saving = threading.Lock()
        self._saved: tuple[VectorIndex, int] | None = None
        """The index in the file, and its watermark there."""

    def get(self, patience: float | None = PATIENCE) -> VectorIndex:
        opening = self._open_once()
        if not wait([opening], patience).done:
            raise IndexOpening
        try:
            index = opening.result()
            self._catch_up(index)
        except ChangesPruned:
            logger.info("the index is older than the list of changes; it is built anew")
            self._forget(opening)
            return self.get(patience)
        except Exception:
            self._forget(opening)  # the next one tries again
            raise
        return index

    def opened(self) -> VectorIndex | None:
        opening = self._opening
        if opening is None or not opening.done() or opening.exception() is not None:
            return None
        return opening.result()

    def rebuild(self) -> VectorIndex:
        index = self._build()
        built: Future[VectorIndex] = Future()
        built.set_result(index)
        with self._lock:
            self._opening = built
        self._store.remove()
        self.save()
        return self.get(None)

    def save(self) -> None:
        """Writes what has changed since the last time; searches go on."""
        with self._lock:
            opening = self._opening
        if opening is None or not opening.done() or opening.exception():
            return
        self._save(opening.result())

    def tend(self) -> None:
        self.save()

    def _save(self, index: VectorIndex) -> None:
        with self._saving:
            watermark = index.watermark
            if self._saved != (index, watermark):
                self._store.save(index, self._embedder_profile)
                self._saved = (index, watermark)

    def _open_once(self) -> Future[VectorIndex]:
        with self._lock:
            if self._opening is None:
                self._opening = Future()
                threading.Thread(
                    target=self._fulfil, args=[self._opening], name="index-opening", daemon=True
                ).start()
            return self._opening

    def _fulfil(self, opening: Future[VectorIndex]) -> None:
        try:
            index = self._open()
            try:
                self._save(index)
            except OSError as error:  # a full disk; the next saving tries again
                logger.warning("the index could not be saved: %s", error)
            opening.set_result(index)
        except BaseException as error:
            opening.set_exception(error)
        finally:
            connections.close_all()

    def _forget(self, opening: Future[VectorIndex]) -> None:
        with self._lock:
            if self._opening is opening:
                self._opening = None

    def _open(self) -> VectorIndex:
        try:
            index = self._store.open(self._embedder_profile)
        except IndexMissing:
            return self._build()
        except (IndexDamaged, IndexMismatch) as error:
            logger.warning("the index is built anew: %s %s", error.code, error.values)
            self._store.remove()
            return self._build()
        self._saved = (index, index.watermark)
        if first_change() - 1 <= index.watermark <= last_change() and self._is_right(index):
            return index
        logger.warning("the index does not hold what the database holds; it is built anew")
        self._store.remove()
        return self._build()

    def _is_right(self, index: VectorIndex) -> bool:
        for _ in range(COMPARED_TIMES):
            self._catch_up(index)
            expected = stored_ids(self.profile_id)
            if np.array_equal(index.ids(), expected):
                return True
            if index.watermark == last_change():
                return False
        return False

    def _build(self) -> VectorIndex:
        found = read_contents(self.profile_id, self._embedder_profile.dim)
        logger.info("building the index of %s passages", len(found.ids))
        return build_index(found.ids, found.vectors, found.topics, watermark=found.watermark)

    def _catch_up(self, index: VectorIndex) -> None:
        """Raises ChangesPruned."""
        if index.watermark >= last_change():
            return
        with self._catching_up:
            while changes := changes_after(index.watermark, self.profile_id, index.dim):
                index.replay(changes)


def index_store(profile: EmbeddingProfile) -> IndexStore:
    return IndexStore(get_env().knowledge_dir / "indexes" / f"{profile.pk}.index")
