"""A web process does with its model what the process does that owns the models of the site.

The owner is asked every second, so that whatever reaches it, from whichever process, and whatever
happens to it, is found out by all without their knowing of each other.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from django.db import connections

from admin_system.core.errors import CoreError, LoadError, ModelNotReady
from admin_system.core.model_owner import ModelOwner, OwnerGone
from admin_system.core.service import ModelService
from admin_system.core.types import EngineSpec, ServiceState, ServiceStatus

logger = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds."""
AT_WORK = (ServiceState.LOADING.value, ServiceState.VERIFYING.value)


def spec_at_owner(url: str, key: str, name: str, *, demo: bool, max_waiting: int) -> EngineSpec:
    """How a model is asked that the owner at `url` has."""
    return EngineSpec(
        name=name,
        kind="remote",
        max_waiting=max_waiting,
        upstream_url=f"{url}/api/v1",
        upstream_model=name,
        upstream_key=key,
        upstream_is_ours=True,
        upstream_follows=True,
        demo=demo,
    )


class Follower:
    """`start` and `stop` belong to the server, the rest may be called from any thread."""

    def __init__(
        self, owner: ModelOwner, service: ModelService, find_spec: Callable[[str], EngineSpec]
    ) -> None:
        """`find_spec` raises ModelNotFound."""
        self.owner = owner
        self._service = service
        self._find_spec = find_spec
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()

    def order(self, wish: Callable[[], Mapping[str, Any]]) -> ServiceStatus:
        """Lets the owner do something, and begins to follow. Raises LoadError, ModelNotReady."""
        try:
            self.follow(wish())
        except OwnerGone:
            raise LoadError("upstream_unreachable") from None
        return self._service.status()

    def follow(self, model: Mapping[str, Any]) -> None:
        """`model` is how the owner is, as /api/status tells it."""
        with self._lock:
            mine = self._service.status()
            state, serving, name = model["state"], model["serving"], model["name"]
            if state in AT_WORK:
                if mine.state.value not in AT_WORK or mine.model != name:
                    self._load(name)
            elif serving is not None:
                if mine.serving != serving and mine.state.value not in AT_WORK:
                    self._load(serving)
            elif state == ServiceState.FAILED.value:
                reason = (model.get("error") or {}).get("message", "")
                self._lose(mine, name or "", LoadError("upstream_failed", reason=reason))
            elif mine.state is not ServiceState.UNLOADED:
                self._service.unload()

    def _load(self, name: str) -> None:
        try:
            self._service.load(self._find_spec(name))
        except ModelNotReady:
            logger.debug("a change is under way; %s is loaded after it", name)

    def _lose(self, mine: ServiceStatus, name: str, reason: CoreError) -> None:
        """What the owner does not have cannot be asked here."""
        if mine.state is ServiceState.FAILED and mine.serving is None:
            return
        if mine.state is not ServiceState.UNLOADED:
            self._service.unload()
            self._service.wait()
        self._service.fail(name, reason)

    def _run(self) -> None:
        while True:
            try:
                self.follow(self.owner.look())
            except OwnerGone:
                with self._lock:
                    mine = self._service.status()
                    self._lose(mine, mine.model or "", LoadError("upstream_unreachable"))
            except CoreError as error:
                logger.warning("the owner of the models: %s %s", error.code, error.values)
            except Exception:
                logger.exception("the owner of the models could not be followed")
            finally:
                connections.close_all()
            if self._ending.wait(LOOK_EVERY):
                return
