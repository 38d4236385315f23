"""The process that holds the models of this site, as the web processes beside it see it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, cast

import httpx

from admin_system.core.engines.remote.events import read_refusal
from admin_system.core.engines.remote.upstream import authorization
from admin_system.core.errors import LoadError, ModelNotReady
from admin_system.core.upstreams import UpstreamAddress

logger = logging.getLogger(__name__)

TIMEOUT = httpx.Timeout(15.0, connect=2.0)


class OwnerGone(Exception):
    """It does not run: nothing listens at its address."""


class ModelOwner:
    """Blocks; callable from any thread. `url` without the version of the API.

    What it answers is the field `model` of /api/status.
    """

    def __init__(self, url: str, key: str = "") -> None:
        self._client = httpx.Client(
            base_url=url, timeout=TIMEOUT, headers=authorization(UpstreamAddress(url, key=key))
        )

    def look(self) -> Mapping[str, Any]:
        """Raises OwnerGone, LoadError."""
        model = self._ask("GET", "/api/status").get("model")
        if not isinstance(model, dict):  # a stranger is told no more than that it runs
            raise LoadError("upstream_refused", status=403, reason="/api/status")
        return model

    def load(self, name: str, *, make_current: bool) -> Mapping[str, Any]:
        """Raises OwnerGone, LoadError, ModelNotReady("model_busy")."""
        wish = {"model": name, "make_current": make_current}
        return self._ask("POST", "/api/service/load", wish)

    def unload(self) -> Mapping[str, Any]:
        """Raises OwnerGone, LoadError."""
        return self._ask("POST", "/api/service/unload")

    def cancel(self) -> Mapping[str, Any]:
        """Raises OwnerGone, LoadError."""
        return self._ask("POST", "/api/service/cancel")

    def _ask(
        self, method: str, path: str, body: dict[str, object] | None = None
    ) -> Mapping[str, Any]:
        try:
            answer = self._client.request(method, path, json=body)
        except httpx.ConnectError as error:
            raise OwnerGone from error
        except httpx.HTTPError as error:
            raise LoadError("upstream_unreachable") from error
        if not answer.is_success:
            refusal = read_refusal(answer.status_code, None, answer.content)
            if f'"{BUSY}"' in answer.text:
                raise ModelNotReady(BUSY, retry_after=5)
            reason = refusal.values["reason"]
            raise LoadError("upstream_refused", status=answer.status_code, reason=reason)
        return cast("Mapping[str, Any]", answer.json())


BUSY = "model_busy"
