"""Somebody who asks a site of several processes through its proxy, and keeps what is wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import httpx

from scripts.checks.site_on_trial import SiteOnTrial

CHAT = "/api/v1/chat/completions"
RATE = 10
"""Requests a minute of the keys `rate` and `rate2`."""


class SiteCaller:
    def __init__(self, site: SiteOnTrial, keys: dict[str, str]) -> None:
        self.site = site
        self.faults: list[str] = []
        self.found: dict[str, Any] = {}
        self._keys = keys
        # A connection for each request: so the proxy may choose another process each time.
        limits = httpx.Limits(max_keepalive_connections=0)
        self.client = httpx.Client(timeout=120, limits=limits)

    def expect(self, what: str, true: bool) -> None:
        if not true:
            self.faults.append(what)

    def headers(self, key: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._keys[key]}"}

    def ask(self, text: str, key: str = "all", url: str = "", **fields: Any) -> httpx.Response:
        body = {"messages": [{"role": "user", "content": text}], "temperature": 0, **fields}
        address = (url or self.site.url) + CHAT
        return self.client.post(address, json=body, headers=self.headers(key))

    def read_stream(self, text: str) -> str:
        """The whole text of a stream; what went wrong in its place."""
        body = {"messages": [{"role": "user", "content": text}], "temperature": 0, "stream": True}
        pieces: list[str] = []
        with self.client.stream(
            "POST", self.site.url + CHAT, json=body, headers=self.headers("all")
        ) as answer:
            if answer.status_code != 200:
                return f"status {answer.status_code}"
            lines = [line for line in answer.iter_lines() if line.startswith("data: ")]
            lines = [line.removeprefix("data: ") for line in lines]
        for line in lines:
            if line == "[DONE]":
                return "".join(pieces)
            chunk = json.loads(line)
            if "error" in chunk:
                return f"error {chunk['error']['code']}"
            pieces += [choice["delta"].get("content") or "" for choice in chunk["choices"]]
        return "no end"

    def wait(self, true: Callable[[], bool], seconds: float, fault: str) -> None:
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                self.faults.append(fault)
                return
            time.sleep(0.2)


def make_keys() -> dict[str, str]:
    from admin_system.core.access import EVERYTHING, make_api_key
    from admin_system.core.limits import Limits

    limits = {
        "all": Limits(),
        "rate": Limits(requests_per_minute=RATE),
        "rate2": Limits(requests_per_minute=RATE),
        "many": Limits(requests_per_minute=1000),
        "two": Limits(concurrent_requests=2),
    }
    return {
        name: make_api_key(name, scopes=sorted(EVERYTHING), limits=one)[1]
        for name, one in limits.items()
    }
