"""Loads and unloads the model of another process of ours, and asks any upstream what it has."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx

from admin_system.core.engines.base import Report
from admin_system.core.engines.remote.bounded import BoundedClient
from admin_system.core.engines.remote.events import UNREADABLE, read_refusal
from admin_system.core.errors import LoadError
from admin_system.core.types import LoadProgress, PixelBudget
from admin_system.core.upstreams import UpstreamAddress

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
    pixels: PixelBudget | None = None
    """At how many it sees a picture; only processes of ours tell."""


class Upstream:
    """Blocks: for the threads that load, look after and unload."""

    def __init__(self, address: UpstreamAddress, *, ours: bool, follows: bool = False) -> None:
        """`follows`: what is loaded there is not ours to say, though the process is."""
        self._address = address
        self._ours = ours
        self._follows = follows
        self._url = address.url.rstrip("/")

    def load(self, report: Report) -> UpstreamModel:
        """Raises LoadError."""
        with self._asking() as client:
            if not self._ours:
                return self._find_model(client)
            status = self._load_ours(client, report)
            model = self._find_model(client)
            # The card is written down a moment after the model is ready.
            family = str(status.get("family") or model.family)
            return replace(model, family=family, pixels=read_pixels(status))

    def look(self) -> UpstreamModel:
        """Whether it would answer now; nothing is loaded for it. Raises LoadError."""
        with self._asking() as client:
            if self._ours:
                self._require(client.get(f"{self._root}/readyz"))
            return self._find_model(client)

    def introduce(self) -> tuple[tuple[str, ...], str]:
        """The models that it lists, and how it names itself. Raises LoadError."""
        with self._asking() as client:
            listed = self._require(client.get(f"{self._url}/models"))
            cards = listed.json()["data"]
            maker = str(cards[0].get("owned_by") or "") if cards else ""
            server = maker or listed.headers.get("server", "")
            return tuple(
                str(card["id"]) for card in cards
            ), f"{server} {self._version(client)}".strip()

    def _version(self, client: httpx.Client) -> str:
        """vLLM's and SGLang's, and ours; empty where it does not tell."""
        for path in ("version", "server_info", "api/status"):
            answer = client.get(f"{self._root}/{path}")
            if answer.is_success and "json" in answer.headers.get("content-type", ""):
                told = answer.json()
                if isinstance(told, dict) and isinstance(told.get("version"), str):
                    return str(told["version"])[:40]
        return ""

    @contextmanager
    def _asking(self) -> Iterator[httpx.Client]:
        if not self._url:
            raise LoadError("upstream_address_missing")
        try:
            with self._client() as client:
                yield client
        except httpx.HTTPError as error:
            logger.warning("the upstream cannot be reached: %s", error)
            raise LoadError("upstream_unreachable") from error
        except UNREADABLE as error:
            raise LoadError("upstream_bad_answer") from error

    def unload(self) -> None:
        """Where the upstream is ours; what goes wrong there does not stop the unload here."""
        if not self._ours or self._follows:
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
        except (httpx.HTTPError, LoadError, *UNREADABLE) as error:
            logger.warning("the upstream could not be told to unload: %s", error)

    @property
    def _root(self) -> str:
        """The address without the version of the API."""
        for path in VERSION_PATHS:
            if self._url.endswith(path):
                return self._url.removesuffix(path)
        return self._url

    def _client(self) -> httpx.Client:
        return BoundedClient(timeout=TIMEOUT, headers=authorization(self._address))

    def _load_ours(self, client: httpx.Client, report: Report) -> Mapping[str, Any]:
        """What it tells of the model that is ready there."""
        wanted = self._address.model
        status = self._status(client)
        other = status.get("state") != "ready" or (wanted and status.get("name") != wanted)
        if other and not self._follows:
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
        return status

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
        wanted = self._address.model or (known[0] if known else "")
        for card in cards:
            if wanted and wanted in (card["id"], card.get("alias")):
                length = card.get("context_length", card.get("max_model_len"))
                return UpstreamModel(
                    name=wanted,
                    family=str(card.get("family") or ""),
                    context_length=length if isinstance(length, int) else None,
                    demo=card.get("demo") is True,
                )
        if wanted and not known:  # lists none, and is asked for the configured one all the same
            return UpstreamModel(wanted, "", None, demo=False)
        raise LoadError("upstream_model_missing", model=wanted, known=", ".join(known[:20]))

    def _require(self, response: httpx.Response) -> httpx.Response:
        if response.is_success:
            return response
        refusal = read_refusal(response.status_code, None, response.content)
        raise LoadError(
            "upstream_refused", status=response.status_code, reason=refusal.values["reason"]
        )


def authorization(address: UpstreamAddress) -> dict[str, str]:
    return {"Authorization": f"Bearer {address.key}"} if address.key else {}


def read_pixels(status: Mapping[str, Any]) -> PixelBudget | None:
    told = status.get("pixels")
    least, most = (told.get("min"), told.get("max")) if isinstance(told, dict) else (None, None)
    if isinstance(least, int) and isinstance(most, int) and 0 < least <= most:
        return PixelBudget(least, most)
    return None


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
