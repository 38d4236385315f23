"""Loads and unloads the model of another process of ours, and asks any upstream what it has."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from admin_system.core.engines.base import Report
from admin_system.core.engines.remote.wire import read_refusal
from admin_system.core.errors import LoadError
from admin_system.core.types import EngineSpec, LoadProgress

logger = logging.getLogger(__name__)

TIMEOUT = httpx.Timeout(15.0)
POLL = 0.25
"""Seconds between two looks at the upstream's status."""
LONGEST_LOAD = 1800.0
LONGEST_UNLOAD = 30.0
VERSION_PATHS = ("/api/v1", "/v1")


@dataclass(frozen=True, slots=True)
class UpstreamModel:
    """What an upstream tells of its model; None and empty where it does not."""

    name: str
    family: str
    context_length: int | None
    demo: bool
    """It is this product's miniature, which writes its boxes in tags."""


class Upstream:
    """Blocks: for the threads that load and unload."""

    def __init__(self, spec: EngineSpec) -> None:
        self._spec = spec
        self._url = spec.upstream_url.rstrip("/")

    def load(self, report: Report) -> UpstreamModel:
        """Raises LoadError."""
        if not self._url:
            raise LoadError("upstream_address_missing")
        try:
            with self._client() as client:
                if self._spec.upstream_is_ours:
                    self._load_ours(client, report)
                return self._find_model(client)
        except httpx.HTTPError as error:
            logger.warning("the upstream cannot be reached: %s", error)
            raise LoadError("upstream_unreachable") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise LoadError("upstream_bad_answer") from error

    def unload(self) -> None:
        """Where the upstream is ours; what goes wrong there does not stop the unload here."""
        if not self._spec.upstream_is_ours:
            return
        try:
            with self._client() as client:
                self._require(client.post(f"{self._root}/api/service/unload"))
                deadline = time.monotonic() + LONGEST_UNLOAD
                while self._status(client).get("state") != "unloaded":
                    if time.monotonic() > deadline:
                        logger.warning("the upstream still holds its model")
                        return
                    time.sleep(POLL)
        except (httpx.HTTPError, LoadError, ValueError) as error:
            logger.warning("the upstream could not be told to unload: %s", error)

    @property
    def _root(self) -> str:
        """The address without the version of the API."""
        for path in VERSION_PATHS:
            if self._url.endswith(path):
                return self._url.removesuffix(path)
        return self._url

    def _client(self) -> httpx.Client:
        return httpx.Client(timeout=TIMEOUT, headers=authorization(self._spec))

    def _load_ours(self, client: httpx.Client, report: Report) -> None:
        wanted = self._spec.upstream_model
        status = self._status(client)
        if status.get("state") != "ready" or (wanted and status.get("name") != wanted):
            named = {"model": wanted} if wanted else {}
            answer = self._require(client.post(f"{self._root}/api/service/load", json=named))
            wanted = str(answer.json()["name"])  # may differ: an alias was asked for
            status = self._status(client)
        deadline = time.monotonic() + LONGEST_LOAD
        while (state := status.get("state")) in ("loading", "verifying"):
            if time.monotonic() > deadline:
                raise LoadError("upstream_too_slow", seconds=int(LONGEST_LOAD))
            report(read_progress(status))
            time.sleep(POLL)
            status = self._status(client)
        # Where a switch fails there, the upstream goes on with the model of before.
        if state != "ready" or (wanted and status.get("name") != wanted):
            error = status.get("error")
            reason = error.get("message") if isinstance(error, dict) else state
            raise LoadError("upstream_failed", reason=str(reason))

    def _status(self, client: httpx.Client) -> Mapping[str, Any]:
        """The field `model` of /api/status."""
        answer = self._require(client.get(f"{self._root}/api/status")).json()
        model = answer.get("model")
        if not isinstance(model, dict):  # a stranger is told no more than that it runs
            raise LoadError("upstream_refused", status=403, reason="/api/status")
        return model

    def _find_model(self, client: httpx.Client) -> UpstreamModel:
        cards = self._require(client.get(f"{self._url}/models")).json()["data"]
        known = [str(card["id"]) for card in cards]
        wanted = self._spec.upstream_model or (known[0] if known else "")
        for card in cards:
            if wanted and wanted in (card["id"], card.get("alias")):
                length = card.get("context_length", card.get("max_model_len"))
                return UpstreamModel(
                    name=wanted,
                    family=str(card.get("family") or ""),
                    context_length=length if isinstance(length, int) else None,
                    demo=card.get("demo") is True,
                )
        raise LoadError("upstream_model_missing", model=wanted, known=", ".join(known[:20]))

    def _require(self, response: httpx.Response) -> httpx.Response:
        if response.is_success:
            return response
        refusal = read_refusal(response.status_code, None, response.content)
        raise LoadError(
            "upstream_refused", status=response.status_code, reason=refusal.values["reason"]
        )


def authorization(spec: EngineSpec) -> dict[str, str]:
    return {"Authorization": f"Bearer {spec.upstream_key}"} if spec.upstream_key else {}


def read_progress(status: Mapping[str, Any]) -> LoadProgress:
    """The upstream's own progress, passed on."""
    fraction, done, total = (status.get(name) for name in ("progress", "bytes_done", "bytes_total"))
    stage = status.get("stage")
    code = stage.get("code") if isinstance(stage, dict) else None
    return LoadProgress(
        stage=code if isinstance(code, str) else "stage_upstream",
        fraction=float(fraction) if isinstance(fraction, int | float) else 0.0,
        bytes_done=done if isinstance(done, int) else None,
        bytes_total=total if isinstance(total, int) else None,
    )
