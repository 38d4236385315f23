"""A client of the knowledge base on a server under test, and documents for it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from admin_system.api.tests.server import ServerProcess

READY_SECONDS = 60.0


@dataclass
class LibraryClient:
    """As one caller; without a key the caller is local."""

    server: ServerProcess
    key: str | None = None
    language: str = "en"
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        headers = {"Accept-Language": self.language}
        if self.key is not None:
            headers["Authorization"] = f"Bearer {self.server.keys.get(self.key, self.key)}"
        self.http = httpx.Client(base_url=self.server.url, headers=headers, timeout=60)

    def ask(self, method: str, path: str, status: int = 200, **options: Any) -> Any:
        answer = self.http.request(method, path, **options)
        assert answer.status_code == status, (answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def refusal(self, method: str, path: str, status: int, **options: Any) -> dict[str, Any]:
        """The error of an answer that has to be one."""
        error: dict[str, Any] = self.ask(method, path, status, **options)["error"]
        return error

    def add_text(self, text: str, topic: str = "手册", title: str = "") -> dict[str, Any]:
        """The document, ready."""
        body = {"topic": topic, "title": title or f"text {uuid4().hex[:8]}", "text": text}
        (document,) = self.ask("POST", "/api/documents", 202, json=body)["documents"]
        return self.wait(document["id"])

    def upload(
        self, *files: tuple[str, bytes], topic: str = "手册", status: int = 202, **fields: str
    ) -> dict[str, Any]:
        """The answer, as it came."""
        parts = [("file", (name, data)) for name, data in files]
        data = {"topic": topic, **fields}
        found: dict[str, Any] = self.ask("POST", "/api/documents", status, files=parts, data=data)
        return found

    def wait(self, number: int, state: str = "ready") -> dict[str, Any]:
        """The document, once it is in that state."""
        end = time.monotonic() + READY_SECONDS
        while True:
            document: dict[str, Any] = self.ask("GET", f"/api/documents/{number}")
            if document["state"] == state:
                return document
            if time.monotonic() > end or document["state"] in ("failed", "ready"):
                raise AssertionError(f"not {state}: {document}")
            time.sleep(0.05)

    def search(self, query: str, **fields: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask(
            "POST", "/api/search", json={"query": query, **fields}
        )["results"]
        return found
